namespace Litestream.Ltx;

/// <summary>
/// CRC-64/GO-ISO: polynomial x^64+x^4+x^3+x+1, reflected, all ones before and after. Values are finished ones throughout, so
/// <c>Append(Of(a), b) == Of(a + b)</c>, and <c>Of("") == 0</c>.
/// </summary>
internal static class Crc64
{
    public static ulong Of(ReadOnlySpan<byte> data) => Append(0, data);

    public static ulong Append(ulong crc, ReadOnlySpan<byte> data)
    {
        var register = ~crc;
        var whole = data.Length & ~15;
        if (Crc64Folding.IsSupported && whole > 0)
        {
            register = Crc64Folding.Update(register, data[..whole]);
            data = data[whole..];
        }
        return ~Crc64Shifts.Update(register, data);
    }

    /// <summary>The CRC of a followed by b, from the CRC of each and the length of b.</summary>
    public static ulong Combine(ulong crcA, ulong crcB, long lengthB)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthB);
        // Appending b multiplies what stood before by x^(8 lengthB); the inversions before and after cancel out.
        return Multiply(crcA, XPower((UInt128)(ulong)lengthB * 8)) ^ crcB;
    }

    /// <summary>x^n mod P, reflected: bit 63 is x^0.</summary>
    internal static ulong XPower(UInt128 n)
    {
        var result = 1UL << 63;
        for (var square = 1UL << 62; n != 0; n >>= 1, square = Multiply(square, square))
        {
            if ((n & 1) != 0)
                result = Multiply(result, square);
        }
        return result;
    }

    /// <summary>a * b mod P, bit by bit: a handful of times per file, so a table or an intrinsic would gain nothing.</summary>
    private static ulong Multiply(ulong a, ulong b)
    {
        ulong product = 0;
        for (; a != 0; a <<= 1)
        {
            product ^= b & (ulong)((long)a >> 63);
            b = (b >> 1) ^ (0xD800000000000000 & (0 - (b & 1)));
        }
        return product;
    }
}
