using System.Buffers.Binary;

namespace Litestream.Sqlite;

/// <summary>
/// The 24 bytes before each page in a WAL, big-endian (sqlite.org/fileformat2.html, 4.1).
/// <code>
///  0  4  page number
///  4  4  database size in pages after the commit; 0 for frames that do not end a transaction
///  8  8  salts, as in the WAL header
/// 16  8  running checksum over bytes 0..7 and the page
/// </code>
/// </summary>
internal readonly record struct WalFrameHeader(uint Pgno, uint Commit, WalSalts Salts, WalChecksum Checksum)
{
    public const int SizeBytes = 24;

    public static WalFrameHeader Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32BigEndian(bytes),
        BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
        WalSalts.Read(bytes[8..]),
        WalChecksum.Read(bytes[16..]));

    /// <summary>Byte offset of frame <paramref name="frame"/> (from 1) in the WAL.</summary>
    public static long OffsetOf(uint frame, int pageSize) => WalHeader.SizeBytes + (frame - 1L) * (SizeBytes + pageSize);
}
