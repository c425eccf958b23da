using System.Buffers.Binary;

namespace Litestream.Ltx;

internal static class Lz4BlockEncoder
{
    public static int Encode(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        Span<ushort> table = stackalloc ushort[4096];
        table.Clear();
        int anchor = 0, position = 1, written = 0;
        while (position + 12 <= source.Length)
        {
            var value = BinaryPrimitives.ReadUInt32LittleEndian(source[position..]);
            ref var slot = ref table[(int)((value * 2654435761u) >> 20)];
            int candidate = slot;
            slot = (ushort)position;
            if (candidate >= position || BinaryPrimitives.ReadUInt32LittleEndian(source[candidate..]) != value)
            {
                position++;
                continue;
            }
            var length = 4 + source[(position + 4)..^5].CommonPrefixLength(source[(candidate + 4)..]);
            written += Sequence(source[anchor..position], position - candidate, length, destination[written..]);
            anchor = position += length;
        }
        return written + Sequence(source[anchor..], 0, 4, destination[written..]);
    }

    private static int Sequence(ReadOnlySpan<byte> literals, int offset, int matchLength, Span<byte> destination)
    {
        var written = 1;
        destination[0] = (byte)((Math.Min(literals.Length, 15) << 4) | Math.Min(matchLength - 4, 15));
        Extend(literals.Length, destination, ref written);
        literals.CopyTo(destination[written..]);
        written += literals.Length;
        if (offset == 0)
            return written;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[written..], (ushort)offset);
        written += 2;
        Extend(matchLength - 4, destination, ref written);
        return written;
    }

    private static void Extend(int length, Span<byte> destination, ref int written)
    {
        if (length < 15)
            return;
        for (length -= 15; length >= 255; length -= 255)
            destination[written++] = 255;
        destination[written++] = (byte)length;
    }
}
