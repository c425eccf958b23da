using System.Buffers.Binary;

namespace Litestream.Ltx;

/// <summary>
/// CRC-64/GO-ISO without tables or intrinsics. Modulo P, x^64 = x^4+x^3+x+1 and x^256 = x^16+x^12+x^4+1: multiplying by either is a
/// few shifts. Works on the raw register (the caller inverts).
/// </summary>
internal static class Crc64Shifts
{
    public static ulong Update(ulong register, ReadOnlySpan<byte> data)
    {
        while (data.Length >= 8)
        {
            register = TimesX64(register ^ BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }
        foreach (var value in data)
            register = (register >> 8) ^ TimesX64((register ^ value) << 56);
        return register;
    }

    /// <summary>a * x^64 mod P.</summary>
    public static ulong TimesX64(ulong a)
    {
        // What the shifts by 1, 3 and 4 push out stands for x^64 and above: it comes in once more at the top.
        var u = a ^ (a << 63) ^ (a << 61) ^ (a << 60);
        return u ^ (u >> 1) ^ (u >> 3) ^ (u >> 4);
    }
}
