using System.Buffers.Binary;

namespace Litestream.Ltx;

/// <summary>One page frame on its own, as a range read brings it: v3b (LZ4 block) or v3a (LZ4 frame).</summary>
internal static class PageFrame
{
    /// <summary>Page number and flags.</summary>
    internal const int HeaderBytes = 6;

    /// <summary>Flag bit 0: a size field and an LZ4 block follow; without it, an LZ4 frame that says itself where it ends.</summary>
    internal const ushort SizeFlag = 1;

    /// <summary>Page header and size field of a v3b frame.</summary>
    internal const int BlockOffset = HeaderBytes + 4;

    /// <summary>The most bytes a frame of either kind can take.</summary>
    internal static int Bound(int pageSize) =>
        Math.Max(BlockOffset + Lz4Block.CompressBound(pageSize), HeaderBytes + Lz4Frame.Bound(pageSize));

    /// <summary>
    /// Decodes a frame of <see cref="IndexEntry.SizeBytes"/> bytes into <paramref name="page"/> (exactly the page size). Throws
    /// <see cref="LtxFormatException"/> when the page number is not the index's, or the payload is damaged.
    /// </summary>
    public static void Decode(ReadOnlySpan<byte> frame, IndexEntry entry, Span<byte> page, string file)
    {
        if (frame.Length != entry.SizeBytes || frame.Length < BlockOffset)
            throw new LtxFormatException(file, entry.Offset, $"a page frame of {entry.SizeBytes} bytes", $"{frame.Length} bytes");
        var pgno = BinaryPrimitives.ReadUInt32BigEndian(frame);
        if (pgno != entry.Pgno)
            throw new LtxFormatException(file, entry.Offset, $"page {entry.Pgno}, as the page index says", $"page {pgno}");
        var payload = frame[HeaderBytes..];
        var used = HeaderBytes + (IsBlock(frame, file, entry.Offset)
            ? DecodeBlock(payload, page, file, entry.Offset + HeaderBytes)
            : Lz4Frame.Decode(payload, page, file, entry.Offset + HeaderBytes));
        if (used != frame.Length)
            throw new LtxFormatException(file, entry.Offset, $"a page frame of {entry.SizeBytes} bytes", $"{used} bytes");
    }

    /// <summary>The LZ4 block inside a v3b frame; false for a v3a frame (which must be recompressed) and for a malformed one.</summary>
    public static bool TryGetBlock(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> lz4Block)
    {
        lz4Block = default;
        if (frame.Length <= BlockOffset
            || BinaryPrimitives.ReadUInt16BigEndian(frame[4..]) != SizeFlag
            || BinaryPrimitives.ReadUInt32BigEndian(frame[HeaderBytes..]) != (uint)(frame.Length - BlockOffset))
            return false;
        lz4Block = frame[BlockOffset..];
        return true;
    }

    /// <summary>v3b or v3a, by the flags of the page header.</summary>
    internal static bool IsBlock(ReadOnlySpan<byte> header, string file, long offset)
    {
        var flags = BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
        if ((flags & ~SizeFlag) != 0)
            throw new LtxFormatException(file, offset + 4, "page flags 0 or 1", $"0x{flags:x4}");
        return flags == SizeFlag;
    }

    /// <summary>Decodes size field and LZ4 block at the beginning of <paramref name="payload"/>; returns the bytes used.</summary>
    internal static int DecodeBlock(ReadOnlySpan<byte> payload, Span<byte> page, string file, long offset)
    {
        var size = BinaryPrimitives.ReadUInt32BigEndian(payload);
        var bound = (uint)Lz4Block.CompressBound(page.Length);
        if (size > bound)
            throw new LtxFormatException(file, offset, $"at most {bound} bytes of compressed page", $"{size}");
        if (size > (uint)(payload.Length - 4))
            throw new LtxFormatException(file, offset + 4, $"{size} bytes of compressed page", $"{payload.Length - 4}");
        if (!Lz4Block.TryDecompress(payload.Slice(4, (int)size), page))
            throw new LtxFormatException(file, offset + 4, $"an LZ4 block of {page.Length} bytes", "a malformed one or another length");
        return 4 + (int)size;
    }
}
