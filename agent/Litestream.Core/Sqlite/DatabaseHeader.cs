using System.Buffers.Binary;

namespace Litestream.Sqlite;

/// <summary>
/// The part of the 100-byte database header (sqlite.org/fileformat2.html, 1.3) that the engine looks at.
/// <code>
///  0  16  "SQLite format 3\0"
/// 16   2  page size, big-endian; 1 means 65536
/// 18   1  write version: 1 rollback, 2 WAL (3: wal2, not ours)
/// 19   1  read version, likewise
/// 24   4  change counter
/// 28   4  size in pages; good only if 92..95 repeat the change counter, which versions before 3.7.0 do not write
/// 92   4  change counter for which the size is good
/// </code>
/// </summary>
/// <param name="PageSize">In bytes.</param>
/// <param name="WriteVersion">1 or 2.</param>
/// <param name="ReadVersion">1 or 2.</param>
/// <param name="SizePages">In pages; 0 when the header does not tell.</param>
internal readonly record struct DatabaseHeader(int PageSize, byte WriteVersion, byte ReadVersion, uint SizePages)
{
    public const int SizeBytes = 100;

    /// <summary>SQLite's.</summary>
    private const long MostPages = uint.MaxValue - 1;

    /// <summary>Size of the database as SQLite sees it in a file of so many bytes: a file may be longer than its database.</summary>
    public uint PagesIn(long fileBytes)
    {
        var filePages = (uint)Math.Min(MostPages, (fileBytes + PageSize - 1) / PageSize);
        return SizePages > 0 && SizePages < filePages ? SizePages : filePages;
    }

    public bool IsWal => WriteVersion == 2 && ReadVersion == 2;

    public bool IsRollback => WriteVersion == 1 && ReadVersion == 1;

    /// <summary>False when the bytes do not begin like a SQLite database: something else, or encrypted.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out DatabaseHeader header)
    {
        header = default;
        if (bytes.Length < SizeBytes || !bytes.StartsWith("SQLite format 3\0"u8))
            return false;
        int size = BinaryPrimitives.ReadUInt16BigEndian(bytes[16..]);
        if (size == 1)
            size = 65536;
        if (size < 512 || !int.IsPow2(size))
            return false;
        var isSizeGood = bytes[24..28].SequenceEqual(bytes[92..96]);
        header = new(size, bytes[18], bytes[19], isSizeGood ? BinaryPrimitives.ReadUInt32BigEndian(bytes[28..]) : 0);
        return true;
    }
}
