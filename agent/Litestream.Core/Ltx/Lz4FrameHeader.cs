using System.Buffers.Binary;

namespace Litestream.Ltx;

/// <summary>
/// What stands before the blocks of an LZ4 frame, little-endian:
/// <code>
/// +0  4  magic 04 22 4d 18
/// +4  1  FLG: bits 6..7 version 01, 5 independent blocks, 4 block checksums, 3 content size, 2 content checksum, 1 zero, 0 dictionary id
/// +5  1  BD: bits 4..6 largest block (4 = 64 KiB, 5 = 256 KiB, 6 = 1 MiB, 7 = 4 MiB), the others zero
/// +6  8  content size, if FLG bit 3
/// ..  1  second byte of xxh32 over FLG .. content size
/// </code>
/// </summary>
internal readonly record struct Lz4FrameHeader
{
    public const int MinSizeBytes = 7;
    public const int MaxSizeBytes = 15;

    public required int SizeBytes { get; init; }

    public required int MaxBlockBytes { get; init; }

    /// <summary>Matches may reach into the blocks before.</summary>
    public required bool LinkedBlocks { get; init; }

    public required bool BlockChecksums { get; init; }

    public required bool ContentChecksum { get; init; }

    public required ulong? ContentSizeBytes { get; init; }

    /// <summary>How long the header is, from its first <see cref="MinSizeBytes"/> bytes.</summary>
    public static int SizeOf(ReadOnlySpan<byte> source) => (source[4] & 8) != 0 ? MaxSizeBytes : MinSizeBytes;

    /// <summary>
    /// <paramref name="source"/> begins with the frame; <paramref name="offset"/> is where it lies in <paramref name="file"/>.
    /// </summary>
    public static Lz4FrameHeader Parse(ReadOnlySpan<byte> source, string file, long offset)
    {
        if (source.Length < MinSizeBytes)
            throw new LtxFormatException(file, offset, "the header of an LZ4 frame", "the end of the data");
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(source);
        if (magic != 0x184D2204)
            throw new LtxFormatException(file, offset, "an LZ4 frame (0x184d2204)", $"0x{magic:x8}");
        var (flags, descriptor) = (source[4], source[5]);
        // Version 1, no reserved bit, no dictionary: nobody who writes replicas has one.
        if ((flags & 0b1100_0011) != 0b0100_0000)
            throw new LtxFormatException(file, offset + 4, "LZ4 frame flags of version 1 without dictionary", $"0x{flags:x2}");
        if ((descriptor & 0b1000_1111) != 0 || descriptor < 0x40)
            throw new LtxFormatException(file, offset + 5, "an LZ4 block size of 4 to 7", $"0x{descriptor:x2}");
        var size = SizeOf(source);
        if (source.Length < size)
            throw new LtxFormatException(file, offset, "the header of an LZ4 frame", "the end of the data");
        var check = (byte)(XxHash32.Of(source[4..(size - 1)]) >> 8);
        if (source[size - 1] != check)
            throw new LtxFormatException(file, offset + size - 1, $"LZ4 frame header checksum 0x{check:x2}", $"0x{source[size - 1]:x2}");
        return new()
        {
            SizeBytes = size,
            MaxBlockBytes = 1 << (8 + (2 * (descriptor >> 4))),
            LinkedBlocks = (flags & 32) == 0,
            BlockChecksums = (flags & 16) != 0,
            ContentChecksum = (flags & 4) != 0,
            ContentSizeBytes = size == MaxSizeBytes ? BinaryPrimitives.ReadUInt64LittleEndian(source[6..]) : null,
        };
    }
}
