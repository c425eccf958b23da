using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>
/// What each page adds to the database's sum, as of one transaction: what the replica holds, in eight bytes a page. Capture needs it for the
/// proof, resync to publish only what differs.
/// </summary>
internal sealed class PageTable
{
    private ulong[] _sums;

    public PageTable(int pageSize, Txid txid) => (PageSize, Txid, _sums) = (pageSize, txid, []);

    public int PageSize { get; }

    /// <summary>The transaction it stands for.</summary>
    public Txid Txid { get; private set; }

    /// <summary>Size of the database in pages.</summary>
    public uint PageCount { get; private set; }

    /// <summary>Sum over all pages, modulo 2^64.</summary>
    public ulong Sum { get; private set; }

    /// <summary>What page <paramref name="pgno"/> adds; 0 behind the end and for the lock page.</summary>
    public ulong this[uint pgno] => pgno <= PageCount ? _sums[pgno - 1] : 0;

    /// <summary>The sum as it will be when the changes are applied.</summary>
    public ulong SumAfter(IReadOnlyList<PageChange> changes, uint commit)
    {
        var sum = Sum;
        for (var pgno = commit + 1; pgno <= PageCount; pgno++)
            sum -= _sums[pgno - 1];
        foreach (var change in changes)
            sum += change.Sum - (change.Pgno <= commit ? this[change.Pgno] : 0);
        return sum;
    }

    /// <summary>Moves to <paramref name="txid"/>. Applying the same changes twice is harmless.</summary>
    public void Apply(IEnumerable<PageChange> changes, uint commit, Txid txid)
    {
        Resize(commit);
        foreach (var (pgno, sum) in changes)
            Set(pgno, sum);
        Txid = txid;
    }

    /// <summary>Changes one page; the table must be large enough.</summary>
    public void Set(uint pgno, ulong sum)
    {
        ref var slot = ref _sums[pgno - 1];
        Sum += sum - slot;
        slot = sum;
    }

    /// <summary>Grows with zeros, or drops pages (and what they added) behind <paramref name="pageCount"/>.</summary>
    public void Resize(uint pageCount)
    {
        for (var pgno = pageCount + 1; pgno <= PageCount; pgno++)
            Set(pgno, 0);
        if (pageCount > _sums.Length)
            Array.Resize(ref _sums, (int)Math.Max(pageCount, PageCount == 0 ? pageCount : pageCount + pageCount / 8));
        PageCount = pageCount;
    }

    public void StandFor(Txid txid) => Txid = txid;

    // On disk: "LSPT", version 1 (4), page size (4), page count (4), txid (8), sum (8), then 8 bytes a page, then a CRC-64 of all before it.
    // Integers are little-endian: the file never leaves the machine.
    private const int HeadBytes = 32;

    /// <summary>So much is written whole or not at all when a process dies: the kernel copies page by page.</summary>
    private const int OneWriteBytes = 4096;

    private int SizeBytes => HeadBytes + ((int)PageCount * 8) + 8;

    /// <summary>
    /// A small one over the one before, so that a tenant's commit makes no file that its next one deletes; else beside, and renamed. Not synced: a torn table is recognised and
    /// rebuilt.
    /// </summary>
    public void Save(string path)
    {
        if (SizeBytes <= OneWriteBytes && TryWriteOver(path))
            return;
        var temporary = path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            Write(file);
        Faults.Reach(FaultPoint.TableNotNamed);
        File.Move(temporary, path, overwrite: true);
    }

    private bool TryWriteOver(string path)
    {
        if (!File.Exists(path))
            return false;
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        if (RandomAccess.GetLength(file) != SizeBytes)
            return false;
        var bytes = new byte[SizeBytes];
        using (var content = new MemoryStream(bytes))
            Write(content);
        RandomAccess.Write(file, bytes, 0);
        return true;
    }

    private void Write(Stream stream)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        "LSPT"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], PageSize);
        BinaryPrimitives.WriteUInt32LittleEndian(head[12..], PageCount);
        BinaryPrimitives.WriteUInt64LittleEndian(head[16..], Txid.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(head[24..], Sum);
        var body = MemoryMarshal.AsBytes(_sums.AsSpan(0, (int)PageCount));
        stream.Write(head);
        stream.Write(body);
        Span<byte> crc = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(crc, Crc64.Append(Crc64.Append(0, head), body));
        stream.Write(crc);
    }

    /// <summary>As <see cref="Save"/>, but a disk that refuses is no reason to fail: the table is then built anew from the replica.</summary>
    public void TrySave(string path)
    {
        try
        {
            Save(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cache only.
        }
    }

    /// <summary>Null when there is none, or it is torn or of another version: then it is rebuilt from the replica.</summary>
    public static PageTable? TryLoad(string path)
    {
        if (!File.Exists(path))
            return null;
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length < HeadBytes + 8 || !bytes.AsSpan().StartsWith("LSPT"u8) || BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4)) != 1)
            return null;
        var pageCount = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(12));
        if (bytes.Length != HeadBytes + pageCount * 8L + 8
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(bytes.Length - 8)) != Crc64.Append(0, bytes.AsSpan(0, bytes.Length - 8)))
            return null;
        var table = new PageTable(BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8)), new(BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(16))))
        {
            _sums = MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan(HeadBytes, (int)pageCount * 8)).ToArray(),
            PageCount = pageCount,
            Sum = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(24)),
        };
        return table;
    }
}
