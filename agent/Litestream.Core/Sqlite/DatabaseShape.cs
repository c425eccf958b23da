using System.Buffers.Binary;

namespace Litestream.Sqlite;

/// <summary>
/// What a connection learns of a database when it first opens it and believes from then on: another one may only take its place when nobody is connected.
/// Of the header: 16 (2) page size, 20 (1) reserved bytes of each page, 52 (4) not 0 with auto-vacuum, 56 (4) text encoding.
/// </summary>
internal readonly record struct DatabaseShape(int PageSize, byte ReservedBytes, bool HasAutoVacuum, uint TextEncoding)
{
    /// <summary>Of a file that begins like a SQLite database.</summary>
    public static DatabaseShape Of(ReadOnlySpan<byte> header) => new(
        BinaryPrimitives.ReadUInt16BigEndian(header[16..]) is var size && size == 1 ? 65536 : size,
        header[20],
        BinaryPrimitives.ReadUInt32BigEndian(header[52..]) != 0,
        BinaryPrimitives.ReadUInt32BigEndian(header[56..]));
}
