using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Litestream.Ltx;

/// <summary>
/// CRC-64/GO-ISO by carry-less multiplication. A block of 16 bytes is the polynomial lo * x^64 + hi; to move it d bits forward it is
/// multiplied by (x^(d+63), x^(d-1)) mod P (one less than expected, as the product of two reflected factors lies one bit lower) and added
/// to what stands there. Eight blocks are moved at a time, so that their multiplications overlap. Works on the raw register (the caller
/// inverts).
/// </summary>
internal static class Crc64Folding
{
    private const int BlockBytes = 16;
    private const int StrideBytes = 8 * BlockBytes;

    public static bool IsSupported => Pclmulqdq.IsSupported;

    private static Vector128<ulong> By128 => Vector128.Create(0x6b70000000000001UL, 0xf500000000000001UL);

    private static Vector128<ulong> By256 => Vector128.Create(0x1b1ab00000000001UL, 0xa011000000000001UL);

    private static Vector128<ulong> By512 => Vector128.Create(0x01b001b1b0000001UL, 0xb100010100000001UL);

    private static Vector128<ulong> By1024 => Vector128.Create(0xf501b0000001b000UL, 0xb001000000010000UL);

    /// <summary>Takes a whole number of 16-byte blocks, at least one.</summary>
    public static ulong Update(ulong register, ReadOnlySpan<byte> data)
    {
        Debug.Assert(data.Length >= BlockBytes && data.Length % BlockBytes == 0);
        ref var source = ref MemoryMarshal.GetReference(data);
        var first = Vector128.CreateScalar(register);
        var (x, offset) = data.Length >= StrideBytes
            ? FoldStrides(ref source, data.Length, first)
            : (Load(ref source, 0) ^ first, BlockBytes);
        for (; offset < data.Length; offset += BlockBytes)
            x = Fold(x, By128) ^ Load(ref source, offset);
        return Reduce(x);
    }

    /// <summary>Folds as many strides of eight blocks as there are into one block; returns it and the bytes used.</summary>
    private static (Vector128<ulong> Folded, int Used) FoldStrides(ref byte source, int length, Vector128<ulong> first)
    {
        var x0 = Load(ref source, 0) ^ first;
        var x1 = Load(ref source, 16);
        var x2 = Load(ref source, 32);
        var x3 = Load(ref source, 48);
        var x4 = Load(ref source, 64);
        var x5 = Load(ref source, 80);
        var x6 = Load(ref source, 96);
        var x7 = Load(ref source, 112);
        var by1024 = By1024;
        var offset = StrideBytes;
        for (; offset <= length - StrideBytes; offset += StrideBytes)
        {
            x0 = Fold(x0, by1024) ^ Load(ref source, offset);
            x1 = Fold(x1, by1024) ^ Load(ref source, offset + 16);
            x2 = Fold(x2, by1024) ^ Load(ref source, offset + 32);
            x3 = Fold(x3, by1024) ^ Load(ref source, offset + 48);
            x4 = Fold(x4, by1024) ^ Load(ref source, offset + 64);
            x5 = Fold(x5, by1024) ^ Load(ref source, offset + 80);
            x6 = Fold(x6, by1024) ^ Load(ref source, offset + 96);
            x7 = Fold(x7, by1024) ^ Load(ref source, offset + 112);
        }
        x4 ^= Fold(x0, By512);
        x5 ^= Fold(x1, By512);
        x6 ^= Fold(x2, By512);
        x7 ^= Fold(x3, By512);
        x6 ^= Fold(x4, By256);
        x7 ^= Fold(x5, By256);
        return (x7 ^ Fold(x6, By128), offset);
    }

    /// <summary>x * x^64 mod P, x having 128 bits. The register is 64 bits ahead of what it has seen, hence the x^64.</summary>
    private static ulong Reduce(Vector128<ulong> x)
    {
        var low = Pclmulqdq.CarrylessMultiply(x, By128, 0x10);
        return low[1] ^ Crc64Shifts.TimesX64(low[0] ^ x[1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Fold(Vector128<ulong> x, Vector128<ulong> by) =>
        Pclmulqdq.CarrylessMultiply(x, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(x, by, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(ref byte source, int offset) =>
        Vector128.LoadUnsafe(ref Unsafe.Add(ref source, offset)).AsUInt64();
}
