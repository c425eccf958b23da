using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Litestream.Ltx;

/// <summary>
/// CRC-64/GO-ISO without tables or intrinsics. Modulo P, x^64 = x^4+x^3+x+1 and x^256 = x^16+x^12+x^4+1: multiplying by either is a
/// few shifts. Works on the raw register (the caller inverts).
/// </summary>
internal static class Crc64Shifts
{
    private const int StrideBytes = 32;

    public static ulong Update(ulong register, ReadOnlySpan<byte> data)
    {
        if (data.Length >= StrideBytes)
            register = UpdateStrides(register, ref data);
        for (; data.Length >= 8; data = data[8..])
            register = TimesX64(register ^ Word(data));
        foreach (var value in data)
            register = (register >> 8) ^ TimesX64((register ^ value) << 56);
        return register;
    }

    /// <summary>a * x^64 mod P.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong TimesX64(ulong a)
    {
        // What the shifts by 1, 3 and 4 push out stands for x^64 and above: it comes in once more at the top.
        return Multiply(a ^ (a << 63) ^ (a << 61) ^ (a << 60));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong TimesX256(ulong a)
    {
        // x^16+x^12+x^4+1 = (x^4+1)(x^12+1).
        var u = a ^ (a >> 4);
        return u ^ (u >> 12) ^ Multiply((a << 60) ^ (a << 52) ^ (a << 48));
    }

    /// <summary>a * (x^4+x^3+x+1), which is (x+1)(x^3+1), without what the shifts push out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Multiply(ulong a)
    {
        var u = a ^ (a >> 1);
        return u ^ (u >> 3);
    }

    /// <summary>Four lanes of every fourth word each, so that the shifts of one overlap with those of the others.</summary>
    private static ulong UpdateStrides(ulong register, ref ReadOnlySpan<byte> data)
    {
        var a = register ^ Word(data);
        var b = Word(data[8..]);
        var c = Word(data[16..]);
        var d = Word(data[24..]);
        for (data = data[StrideBytes..]; data.Length >= StrideBytes; data = data[StrideBytes..])
        {
            a = TimesX256(a) ^ Word(data);
            b = TimesX256(b) ^ Word(data[8..]);
            c = TimesX256(c) ^ Word(data[16..]);
            d = TimesX256(d) ^ Word(data[24..]);
        }
        return TimesX64(TimesX64(TimesX64(TimesX64(a) ^ b) ^ c) ^ d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Word(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt64LittleEndian(data);
}
