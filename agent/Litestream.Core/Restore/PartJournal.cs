using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Litestream.Ltx;
using Litestream.Sqlite;

namespace Litestream.Restore;

/// <summary>
/// What a restore that was cut had written already: <c>&lt;output&gt;.part-done</c>, a list of claims about <c>&lt;output&gt;.part</c>. A claim is never
/// believed but compared with the pages themselves, so neither file is flushed, and whatever a crash leaves of them does no harm.
/// <code>
///  0  8  identity of the LTX file the pages came from: CRC-64 of replica, level, name, length, time
///  8  4  first page
/// 12  4  number of pages
/// 16  8  sum of the pages (see Ltx/PageSum)
/// </code>
/// Big-endian; the file is a row of such records. Called from several threads.
/// </summary>
internal sealed class PartJournal : IDisposable
{
    private const int RecordBytes = 24;

    /// <summary>Claims are kept back until so many bytes of pages are worth one write. A restore smaller than this has no journal.</summary>
    private const long WorthBytes = 8 * 1024 * 1024;

    private readonly string _path;
    private readonly Lock _gate = new();
    private readonly MemoryStream _waiting = new();
    private long _waitingPageBytes;

    private PartJournal(string path) => _path = path;

    /// <summary>A claim: these pages, from that file, add up to this.</summary>
    internal readonly record struct Claim(ulong Source, uint FirstPgno, int Count, ulong Sum);

    public static PartJournal At(string path) => new(path);

    public bool Exists => FileStat.Of(_path) is { IsRegular: true };

    public static ulong IdentityOf(string replica, LtxFile file) => Crc64.Of(Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{replica}|{file.Level}|{file.Name}|{file.SizeBytes}|{file.CreatedAt.ToUnixTimeMilliseconds()}")));

    /// <summary>All claims, in the order made; a torn last one is left out.</summary>
    public IEnumerable<Claim> Read()
    {
        var record = new byte[RecordBytes];
        using var stream = new FileStream(RegularFile.OpenRead(_path), FileAccess.Read, bufferSize: 64 * 1024);
        while (stream.ReadAtLeast(record, RecordBytes, throwOnEndOfStream: false) == RecordBytes)
        {
            var count = BinaryPrimitives.ReadInt32BigEndian(record.AsSpan(12));
            yield return new(
                BinaryPrimitives.ReadUInt64BigEndian(record), BinaryPrimitives.ReadUInt32BigEndian(record.AsSpan(8)),
                count, BinaryPrimitives.ReadUInt64BigEndian(record.AsSpan(16)));
        }
    }

    /// <summary>The pages of a claim are in the part file.</summary>
    public void Add(Claim claim, int pageBytes)
    {
        lock (_gate)
        {
            Span<byte> record = stackalloc byte[RecordBytes];
            BinaryPrimitives.WriteUInt64BigEndian(record, claim.Source);
            BinaryPrimitives.WriteUInt32BigEndian(record[8..], claim.FirstPgno);
            BinaryPrimitives.WriteInt32BigEndian(record[12..], claim.Count);
            BinaryPrimitives.WriteUInt64BigEndian(record[16..], claim.Sum);
            _waiting.Write(record);
            _waitingPageBytes += pageBytes;
            if (_waitingPageBytes >= WorthBytes)
                Flush();
        }
    }

    /// <summary>Writes the claims kept back, if there is a journal already.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (Exists)
                Flush();
            _waiting.SetLength(0);
        }
    }

    public void Delete()
    {
        lock (_gate)
        {
            _waiting.SetLength(0);
            File.Delete(_path);
        }
    }

    private void Flush()
    {
        using var stream = new FileStream(RegularFile.OpenWrite(_path), FileAccess.Write, bufferSize: 0);
        // A record that a crash has torn would put all later ones out of step: it is written over.
        stream.Position = stream.Length - (stream.Length % RecordBytes);
        stream.Write(_waiting.GetBuffer().AsSpan(0, (int)_waiting.Length));
        _waiting.SetLength(0);
        _waitingPageBytes = 0;
    }
}
