using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Litestream.Ltx;

/// <summary>
/// LZ4 decompressor (the sequences are described at <see cref="Lz4BlockEncoder"/>). Pointers, as spans cost two thirds of the speed;
/// every read and write is preceded by a check of what is left, in one of two ways: either so much is left that copies of fixed size
/// cannot leave the buffers, whatever the block says, or the exact length is compared first.
/// </summary>
internal static unsafe class Lz4BlockDecoder
{
    private const int MinMatch = 4;
    private const int Malformed = -1;

    // Far beyond any block, and far enough from the end of an int that no sum below can wrap.
    private const int MaxOutputBytes = 1 << 30;

    // With so much left on both sides a short sequence is copied without looking: of at most 14 literals and 2 bytes of distance 16 are
    // read; at most 14 literals and 32 bytes of match are written.
    private const int RoomToRead = 16;
    private const int RoomToWrite = 64;

    /// <summary>
    /// Decodes a block to <paramref name="destination"/> from <paramref name="start"/> on; matches may reach back to
    /// <paramref name="low"/>. Returns the bytes written, or -1 for a malformed block or one that does not fit.
    /// </summary>
    public static int Decode(ReadOnlySpan<byte> block, Span<byte> destination, int start, int low)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, MaxOutputBytes);
        fixed (byte* from = block, to = destination)
            return Decode(from, from + block.Length, to + low, to + start, to + destination.Length);
    }

    // One loop, longer than a method should be: taken apart, its five pointers would leave their registers.
    private static int Decode(byte* ip, byte* inputEnd, byte* low, byte* start, byte* outputEnd)
    {
        var op = start;
        while (ip < inputEnd)
        {
            int token = *ip++;
            var literals = token >> 4;
            var length = token & 15;
            nint distance;
            if (literals < 15 && inputEnd - ip >= RoomToRead && outputEnd - op >= RoomToWrite)
            {
                Vector128.Store(Vector128.Load(ip), op);
                ip += literals;
                op += literals;
                distance = Unsafe.ReadUnaligned<ushort>(ip);
                if (length < 15)
                {
                    if ((nuint)(distance - 1) >= (nuint)(op - low))
                        return Malformed;
                    CopyShort(op, distance);
                    ip += 2;
                    op += length + MinMatch;
                    continue;
                }
            }
            else
            {
                if (literals == 15)
                    literals = LongLength(ref ip, inputEnd, outputEnd - op);
                if (literals > inputEnd - ip || literals > outputEnd - op)
                    return Malformed;
                CopyLiterals(op, ip, literals, inputEnd, outputEnd);
                ip += literals;
                op += literals;
                if (ip == inputEnd)
                    return (int)(op - start);
                if (inputEnd - ip < 2)
                    return Malformed;
                distance = Unsafe.ReadUnaligned<ushort>(ip);
            }
            ip += 2;
            if (length == 15)
                length = LongLength(ref ip, inputEnd, outputEnd - op);
            length += MinMatch;
            if ((nuint)(distance - 1) >= (nuint)(op - low) || length > outputEnd - op)
                return Malformed;
            CopyLong(op, distance, length, outputEnd);
            op += length;
        }
        return Malformed;
    }

    /// <summary>
    /// A length of 15 and the bytes that add to it. More than <paramref name="limit"/> if the input ends, or once it is too long anyway.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LongLength(ref byte* ip, byte* inputEnd, long limit)
    {
        var length = 15;
        while (ip < inputEnd && length <= limit)
        {
            var value = *ip++;
            length += value;
            if (value != 255)
                return length;
        }
        return int.MaxValue - MinMatch;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyLiterals(byte* op, byte* ip, int length, byte* inputEnd, byte* outputEnd)
    {
        if (length > inputEnd - ip - 16 || length > outputEnd - op - 16)
        {
            Unsafe.CopyBlockUnaligned(op, ip, (uint)length);
            return;
        }
        for (var end = op + length; op < end; op += 16, ip += 16)
            Vector128.Store(Vector128.Load(ip), op);
    }

    /// <summary>Copies a match of at most 18 bytes, and writes at most 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyShort(byte* op, nint distance)
    {
        if (distance >= 16)
        {
            Vector128.Store(Vector128.Load(op - distance), op);
            Unsafe.WriteUnaligned(op + 16, Unsafe.ReadUnaligned<ushort>(op - distance + 16));
            return;
        }
        var pattern = Repeat(Vector128.Load(op - distance), (int)distance);
        Vector128.Store(pattern, op);
        Vector128.Store(pattern, op + Steps[(int)distance]);
    }

    private static void CopyLong(byte* op, nint distance, int length, byte* outputEnd)
    {
        var end = op + length;
        if (distance == 1)
        {
            Unsafe.InitBlockUnaligned(op, op[-1], (uint)length);
            return;
        }
        if (distance >= 16)
        {
            for (; op < end && outputEnd - op >= 16; op += 16)
                Vector128.Store(Vector128.Load(op - distance), op);
        }
        else if (outputEnd - op >= 16)
        {
            var pattern = Repeat(Vector128.Load(op - distance), (int)distance);
            int step = Steps[(int)distance];
            for (; op < end && outputEnd - op >= 16; op += step)
                Vector128.Store(pattern, op);
        }
        for (; op < end; op++)
            *op = op[-distance];
    }

    private static ReadOnlySpan<byte> Steps => [16, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15];

    private static Vector128<byte> Repeat(Vector128<byte> bytes, int distance)
    {
        var order = Vector128.LoadUnsafe(ref Unsafe.Add(ref MemoryMarshal.GetReference(Orders), distance * 16));
        return Ssse3.IsSupported ? Ssse3.Shuffle(bytes, order) : Vector128.Shuffle(bytes, order);
    }

    private static ReadOnlySpan<byte> Orders =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1,
        0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
        0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
        0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0,
        0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3,
        0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1,
        0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0,
    ];
}
