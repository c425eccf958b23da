using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Sqlite;

/// <summary>
/// SQLite's rollback journal, written by us: what pages were before they are overwritten. Whoever opens the database after we died in the middle
/// (any SQLite, any process) finds it and puts them back. Big-endian (sqlite.org/fileformat2.html, 3):
/// <code>
///  0  8  magic d9 d5 05 f9 20 a1 63 d7
///  8  4  number of records; 0 until all of them are on the disk
/// 12  4  nonce for the checksums
/// 16  4  size of the database before, in pages
/// 20  4  sector size: the header is so long, and the records begin behind it
/// 24  4  page size
/// </code>
/// A record: page number (4), the page, checksum (4): the nonce plus every 200th byte, counted from the end of the page.
/// An empty journal is none: emptying it is the commit.
/// </summary>
internal sealed class RollbackJournal : IDisposable
{
    private const int SectorBytes = 512;
    private const int CountOffset = 8;

    private readonly SafeFileHandle _file;
    private readonly int _pageSize;
    private readonly uint _nonce = BinaryPrimitives.ReadUInt32BigEndian(RandomNumberGenerator.GetBytes(4));
    private readonly byte[] _record;
    private uint _count;

    private RollbackJournal(SafeFileHandle file, bool isNew, int pageSize, uint pageCount)
    {
        (_file, IsNew, _pageSize, _record) = (file, isNew, pageSize, new byte[pageSize + 8]);
        Span<byte> header = stackalloc byte[SectorBytes];
        header.Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32BigEndian(header[12..], _nonce);
        BinaryPrimitives.WriteUInt32BigEndian(header[16..], pageCount);
        BinaryPrimitives.WriteUInt32BigEndian(header[20..], SectorBytes);
        BinaryPrimitives.WriteInt32BigEndian(header[24..], pageSize);
        RandomAccess.Write(_file, header, 0);
    }

    /// <summary>There was no such file: its name must be flushed before it protects anything.</summary>
    public bool IsNew { get; }

    private static ReadOnlySpan<byte> Magic => [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

    /// <param name="database">Path of the database, whose writer lock the caller holds.</param>
    /// <param name="pageSize">Bytes.</param>
    /// <param name="pageCount">Size of the database now.</param>
    public static RollbackJournal Create(string database, int pageSize, uint pageCount)
    {
        var path = DatabaseFiles.JournalOf(database);
        var isNew = FileStat.Of(path) is null;
        var file = RegularFile.OpenWrite(path);
        try
        {
            RandomAccess.SetLength(file, 0);
            // Who may write the database must be able to roll it back.
            if (!OperatingSystem.IsWindows())
                System.IO.File.SetUnixFileMode(file, System.IO.File.GetUnixFileMode(database));
            return new(file, isNew, pageSize, pageCount);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The content of a page that is about to change.</summary>
    public void Add(uint pgno, ReadOnlySpan<byte> page)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_record, pgno);
        page.CopyTo(_record.AsSpan(4));
        BinaryPrimitives.WriteUInt32BigEndian(_record.AsSpan(4 + _pageSize), ChecksumOf(page));
        RandomAccess.Write(_file, _record, SectorBytes + ((long)_count * _record.Length));
        _count++;
    }

    /// <summary>From here on the pages may be overwritten.</summary>
    public void Seal()
    {
        RandomAccess.FlushToDisk(_file);
        Span<byte> count = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(count, _count);
        RandomAccess.Write(_file, count, CountOffset);
        RandomAccess.FlushToDisk(_file);
    }

    /// <summary>The pages written are on the disk: from here on they are the database.</summary>
    public void Commit()
    {
        RandomAccess.SetLength(_file, 0);
        RandomAccess.FlushToDisk(_file);
    }

    public void Dispose() => _file.Dispose();

    private uint ChecksumOf(ReadOnlySpan<byte> page)
    {
        var sum = _nonce;
        for (var i = _pageSize - 200; i > 0; i -= 200)
            sum = unchecked(sum + page[i]);
        return sum;
    }
}
