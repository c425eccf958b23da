using System.Buffers.Binary;

namespace Litestream.Ltx;

/// <summary>
/// The last 16 bytes of an LTX file, big-endian:
/// <code>
/// +0  8  checksum of the database after the file; 0 under NoChecksum
/// +8  8  checksum of the file up to here, pages taken uncompressed
/// </code>
/// </summary>
internal static class LtxTrailer
{
    public const int SizeBytes = 16;

    /// <summary>Set in every stored checksum, so that 0 means "absent".</summary>
    public const ulong ChecksumFlag = 1UL << 63;

    /// <summary>What a page contributes to a checksum of the database, as upstream defines it.</summary>
    public static ulong PageChecksum(uint pgno, ReadOnlySpan<byte> page)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(number, pgno);
        return ChecksumFlag | Crc64.Append(Crc64.Of(number), page);
    }

    /// <summary>Writes a trailer without database checksum; <paramref name="crc"/> covers everything before the trailer.</summary>
    public static void Write(Span<byte> destination, ulong crc)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, 0);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], ChecksumFlag | Crc64.Append(crc, destination[..8]));
    }
}
