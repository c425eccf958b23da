using System.Buffers.Binary;

namespace Litestream.Sqlite;

/// <summary>
/// The part of the 100-byte database header (sqlite.org/fileformat2.html, 1.3) that the engine looks at.
/// <code>
///  0  16  "SQLite format 3\0"
/// 16   2  page size, big-endian; 1 means 65536
/// 18   1  write version: 1 rollback, 2 WAL (3: wal2, not ours)
/// 19   1  read version, likewise
/// </code>
/// </summary>
internal readonly record struct DatabaseHeader(int PageSize, byte WriteVersion, byte ReadVersion)
{
    public const int SizeBytes = 100;

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
        header = new(size, bytes[18], bytes[19]);
        return true;
    }
}
