namespace Litestream.Ltx;

/// <summary>Unsigned LEB128: seven bits a byte, low group first, bit 7 = more follows.</summary>
internal static class Varint
{
    public const int MaxBytes = 10;

    /// <summary>Returns the number of bytes written; <paramref name="destination"/> holds at least <see cref="MaxBytes"/>.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            destination[length++] = (byte)(value | 0x80);
        destination[length++] = (byte)value;
        return length;
    }

    /// <summary>Returns the number of bytes read; 0 when the source ends too early or the value needs more than 64 bits.</summary>
    public static int Read(ReadOnlySpan<byte> source, out ulong value)
    {
        value = 0;
        for (var i = 0; i < source.Length && i < MaxBytes; i++)
        {
            var b = source[i];
            if (i == MaxBytes - 1 && b > 1)
                return 0;
            value |= (ulong)(b & 0x7F) << (7 * i);
            if (b < 0x80)
                return i + 1;
        }
        value = 0;
        return 0;
    }
}
