using System.Buffers.Binary;

namespace Litestream.Sqlite;

/// <summary>The two salts that name a generation of the WAL; a reset draws new ones.</summary>
internal readonly record struct WalSalts(uint Salt1, uint Salt2)
{
    /// <summary>Reads eight big-endian bytes, as they stand in the WAL, its frames, and (copied) in the wal-index.</summary>
    public static WalSalts Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));
}
