namespace Litestream.Ltx;

internal static class Lz4BlockDecoder
{
    /// <summary>
    /// Decodes a block to <paramref name="destination"/> from <paramref name="start"/> on; matches may reach back to <paramref name="low"/>.
    /// Returns the bytes written, or -1 for a malformed block or one that does not fit.
    /// </summary>
    public static int Decode(ReadOnlySpan<byte> block, Span<byte> destination, int start, int low)
    {
        int read = 0, written = start;
        while (read < block.Length)
        {
            var token = block[read++];
            var literals = token >> 4;
            if (literals == 15 && !Extend(block, ref read, ref literals, destination.Length))
                return -1;
            if (literals > block.Length - read || literals > destination.Length - written)
                return -1;
            block.Slice(read, literals).CopyTo(destination[written..]);
            read += literals;
            written += literals;
            if (read == block.Length)
                return written - start;
            if (block.Length - read < 2)
                return -1;
            var offset = block[read] | (block[read + 1] << 8);
            read += 2;
            var length = token & 15;
            if (length == 15 && !Extend(block, ref read, ref length, destination.Length))
                return -1;
            length += 4;
            if (offset == 0 || offset > written - low || length > destination.Length - written)
                return -1;
            for (; length > 0; length--, written++)
                destination[written] = destination[written - offset];
        }
        return -1;
    }

    private static bool Extend(ReadOnlySpan<byte> block, ref int read, ref int length, int limit)
    {
        while (read < block.Length && length <= limit)
        {
            var value = block[read++];
            length += value;
            if (value != 255)
                return true;
        }
        return false;
    }
}
