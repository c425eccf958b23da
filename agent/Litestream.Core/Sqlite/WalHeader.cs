using System.Buffers.Binary;

namespace Litestream.Sqlite;

/// <summary>
/// The 32 bytes at the beginning of a WAL, big-endian (sqlite.org/fileformat2.html, 4.1).
/// <code>
///  0  4  magic 0x377f0682 (checksums over little-endian words) or ...83 (big-endian)
///  4  4  format version 3007000
///  8  4  page size
/// 12  4  checkpoint sequence number
/// 16  8  salt-1, salt-2
/// 24  8  checksum-1, checksum-2 of bytes 0..23
/// </code>
/// </summary>
internal readonly record struct WalHeader(bool BigEndianChecksum, int PageSize, WalSalts Salts, WalChecksum Checksum)
{
    public const int SizeBytes = 32;

    public static bool TryParse(ReadOnlySpan<byte> bytes, out WalHeader header)
    {
        header = default;
        if (bytes.Length < SizeBytes)
            return false;
        var magic = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if ((magic & ~1u) != 0x377f0682 || BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) != 3007000)
            return false;
        var bigEndian = (magic & 1) == 1;
        var stored = WalChecksum.Read(bytes[24..]);
        if (default(WalChecksum).Append(bytes[..24], bigEndian) != stored)
            return false;
        header = new(bigEndian, BinaryPrimitives.ReadInt32BigEndian(bytes[8..]), WalSalts.Read(bytes[16..]), stored);
        return true;
    }
}
