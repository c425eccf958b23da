namespace Litestream.Ltx;

/// <summary>One page frame on its own, as a range read brings it: v3b (LZ4 block) or v3a (LZ4 frame).</summary>
public static class PageFrame
{
    /// <summary>
    /// Decodes a frame of <see cref="IndexEntry.SizeBytes"/> bytes into <paramref name="page"/> (exactly the page size). Throws <see cref="LtxFormatException"/>
    /// when the page number is not the index's, or the payload is damaged.
    /// </summary>
    public static void Decode(ReadOnlySpan<byte> frame, IndexEntry entry, Span<byte> page, string file) => throw new NotImplementedException();

    /// <summary>The LZ4 block inside a v3b frame; false for a v3a frame (which must be recompressed).</summary>
    public static bool TryGetBlock(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> lz4Block) => throw new NotImplementedException();
}
