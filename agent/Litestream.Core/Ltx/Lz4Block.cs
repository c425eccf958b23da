namespace Litestream.Ltx;

/// <summary>The LZ4 block format: one page in, one block out, and back.</summary>
internal static class Lz4Block
{
    /// <summary>The largest SQLite page; positions inside it fit 16 bits.</summary>
    public const int MaxCompressInput = 65536;

    /// <summary>The most bytes a block for <paramref name="lengthBytes"/> bytes can take.</summary>
    public static int CompressBound(int lengthBytes) => lengthBytes + (lengthBytes / 255) + 16;

    /// <summary>
    /// Compresses at most 64 KiB into <paramref name="destination"/>, which holds <see cref="CompressBound"/> bytes; returns the block's
    /// length.
    /// </summary>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(source.Length, MaxCompressInput);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, CompressBound(source.Length));
        return Lz4BlockEncoder.Encode(source, destination);
    }

    /// <summary>
    /// Decompresses a block that fills <paramref name="destination"/> exactly; false for anything else. The destination's content is then
    /// undefined.
    /// </summary>
    public static bool TryDecompress(ReadOnlySpan<byte> block, Span<byte> destination) =>
        Lz4BlockDecoder.Decode(block, destination, 0, 0) == destination.Length;
}
