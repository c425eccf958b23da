using System.Buffers.Binary;

namespace Litestream.Ltx;

/// <summary>
/// Decodes an LZ4 frame that lies in memory as a whole (a page of a v3a file). After the <see cref="Lz4FrameHeader"/>, little-endian:
/// <code>
/// blocks   4  length; bit 31 set: stored as is
///          n  data
///          4  xxh32 of the data as it stands here, if the header says so
/// end      4  00 00 00 00
///          4  xxh32 of the content, if the header says so
/// </code>
/// </summary>
internal static class Lz4Frame
{
    /// <summary>The most bytes a frame may take that holds one page: header, one block and its checksum, end.</summary>
    public static int Bound(int pageSize) => Lz4FrameHeader.MaxSizeBytes + 4 + Lz4Block.CompressBound(pageSize) + 4 + 8;

    /// <summary>
    /// Fills <paramref name="destination"/> exactly and returns the frame's length; what follows the frame in <paramref name="source"/>
    /// is not looked at.
    /// </summary>
    public static int Decode(ReadOnlySpan<byte> source, Span<byte> destination, string file, long offset)
    {
        var header = Lz4FrameHeader.Parse(source, file, offset);
        int read = header.SizeBytes, written = 0;
        while (true)
        {
            var word = ReadWord(source, ref read, file, offset);
            if (word == 0)
                break;
            var block = TakeBlock(header, word, source, ref read, file, offset);
            var produced = Expand(header, block, stored: word >> 31 != 0, destination, written);
            if (produced < 0)
                throw new LtxFormatException(file, offset + read - block.Length, $"a page of {destination.Length} bytes in LZ4", "a malformed block");
            written += produced;
        }
        if (written != destination.Length || (header.ContentSizeBytes is { } size && size != (ulong)written))
            throw new LtxFormatException(file, offset + read, $"{destination.Length} bytes of content in the LZ4 frame", $"{written}");
        if (header.ContentChecksum)
            CheckSum(destination, ReadWord(source, ref read, file, offset), file, offset + read - 4);
        return read;
    }

    private static ReadOnlySpan<byte> TakeBlock(
        in Lz4FrameHeader header, uint word, ReadOnlySpan<byte> source, ref int read, string file, long offset)
    {
        var start = offset + read;
        var length = word & 0x7FFFFFFF;
        if (length > (uint)(source.Length - read))
            throw new LtxFormatException(file, start, $"{length} bytes of an LZ4 block", $"{source.Length - read}");
        if (length > (uint)header.MaxBlockBytes)
            throw new LtxFormatException(file, start, $"an LZ4 block of at most {header.MaxBlockBytes} bytes", $"{length}");
        var block = source.Slice(read, (int)length);
        read += block.Length;
        if (header.BlockChecksums)
            CheckSum(block, ReadWord(source, ref read, file, offset), file, start);
        return block;
    }

    private static int Expand(in Lz4FrameHeader header, ReadOnlySpan<byte> block, bool stored, Span<byte> destination, int written)
    {
        if (!stored)
            return Lz4BlockDecoder.Decode(block, destination, written, header.LinkedBlocks ? 0 : written);
        if (!block.TryCopyTo(destination[written..]))
            return -1;
        return block.Length;
    }

    private static uint ReadWord(ReadOnlySpan<byte> source, ref int read, string file, long offset)
    {
        if (source.Length - read < 4)
            throw new LtxFormatException(file, offset + read, "4 more bytes of the LZ4 frame", $"{source.Length - read}");
        var word = BinaryPrimitives.ReadUInt32LittleEndian(source[read..]);
        read += 4;
        return word;
    }

    private static void CheckSum(ReadOnlySpan<byte> data, uint stored, string file, long offset)
    {
        var computed = XxHash32.Of(data);
        if (computed != stored)
            throw new LtxFormatException(file, offset, $"LZ4 frame checksum 0x{computed:x8}", $"0x{stored:x8}");
    }
}
