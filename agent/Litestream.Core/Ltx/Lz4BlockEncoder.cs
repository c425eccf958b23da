using System.Numerics;
using System.Runtime.CompilerServices;

namespace Litestream.Ltx;

/// <summary>
/// Greedy LZ4 compressor for up to 64 KiB. A sequence is: token (literals in the high half, match length - 4 in the low one; 15 = bytes
/// that add to it follow), literals, distance in 2 bytes, little-endian. The last sequence has literals only, the last five bytes of a
/// block are literals, and no match begins in the last twelve.
/// <para>
/// Pointers throughout, unchecked: a sequence never takes more than the bytes it stands for plus one in 255, so that
/// <see cref="Lz4Block.CompressBound"/> bytes (which the caller has checked) leave 16 for copies that write a little too far.
/// </para>
/// </summary>
internal static unsafe class Lz4BlockEncoder
{
    private const int MinMatch = 4;
    private const int LastLiterals = 5;
    private const int LastMatchStart = 12;

    /// <summary>The step grows by one after 2^6 misses, so that a page that does not compress is soon left alone.</summary>
    private const int SkipTrigger = 6;

    // 12 bits (8 KiB, cleared for every page) are the fastest for pages up to 8 KiB; larger pages gain by finding more.
    private const int SmallTableBits = 12;
    private const int LargeTableBits = 13;
    private const int SmallInput = 8192;

    [SkipLocalsInit]
    public static int Encode(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        // Clearing is cheaper than keeping a table and telling old entries from new ones (measured: 40 %).
        var table = stackalloc ushort[1 << LargeTableBits];
        var bits = source.Length <= SmallInput ? SmallTableBits : LargeTableBits;
        new Span<ushort>(table, 1 << bits).Clear();
        fixed (byte* from = source, to = destination)
            return (int)(Encode(from, source.Length, to, table, 32 - bits) - to);
    }

    private static byte* Encode(byte* source, int length, byte* op, ushort* table, int shift)
    {
        var end = source + length;
        var anchor = source;
        var ip = source + 1;
        var match = length > LastMatchStart ? Search(source, anchor, end, table, shift, ref ip) : null;
        while (match != null)
        {
            var matched = MatchLength(ip, match, end - LastLiterals);
            op = WriteMatch(WriteLiterals(op, anchor, (int)(ip - anchor), matched), (int)(ip - match), matched);
            anchor = ip += matched;
            if (ip > end - LastMatchStart)
                break;
            Remember(source, ip - 2, table, shift);
            match = Remember(source, ip, table, shift);
            if (Word(match) != Word(ip))
            {
                ip++;
                match = Search(source, anchor, end, table, shift, ref ip);
            }
        }
        return WriteLastLiterals(op, anchor, (int)(end - anchor));
    }

    /// <summary>Looks for the next match from <paramref name="ip"/> on, and moves it there; null when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Search(byte* source, byte* anchor, byte* end, ushort* table, int shift, ref byte* ip)
    {
        var at = ip;
        var attempts = 1 << SkipTrigger;
        byte* match;
        while (true)
        {
            if (at > end - LastMatchStart)
                return null;
            match = Remember(source, at, table, shift);
            if (Word(match) == Word(at))
                break;
            at += attempts++ >> SkipTrigger;
        }
        for (; at > anchor && match > source && at[-1] == match[-1]; at--)
            match--;
        ip = at;
        return match;
    }

    /// <summary>
    /// Puts a position into the table and returns the one that was there. An empty slot names position 0, a candidate like any other: every
    /// candidate's bytes are compared.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Remember(byte* source, byte* ip, ushort* table, int shift)
    {
        var slot = table + ((Word(ip) * 2654435761u) >> shift);
        var previous = source + *slot;
        *slot = (ushort)(ip - source);
        return previous;
    }

    /// <summary>How far both agree, up to <paramref name="limit"/>; the first four bytes are known to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int MatchLength(byte* ip, byte* match, byte* limit)
    {
        var start = ip;
        ip += MinMatch;
        match += MinMatch;
        for (; ip <= limit - 8; ip += 8, match += 8)
        {
            var difference = Unsafe.ReadUnaligned<ulong>(ip) ^ Unsafe.ReadUnaligned<ulong>(match);
            if (difference != 0)
                return (int)(ip - start) + (BitOperations.TrailingZeroCount(difference) >> 3);
        }
        for (; ip < limit && *ip == *match; ip++)
            match++;
        return (int)(ip - start);
    }

    /// <summary>Token and literals; the token says the length of the match too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* WriteLiterals(byte* op, byte* literals, int count, int matchLength)
    {
        var low = Math.Min(matchLength - MinMatch, 15);
        if (count >= 15)
        {
            *op++ = (byte)(0xF0 | low);
            op = WriteLength(op, count - 15);
            Unsafe.CopyBlockUnaligned(op, literals, (uint)count);
            return op + count;
        }
        *op++ = (byte)((count << 4) | low);
        // Eight at a time: at least twelve bytes of the source come after the literals.
        Unsafe.WriteUnaligned(op, Unsafe.ReadUnaligned<ulong>(literals));
        if (count > 8)
            Unsafe.WriteUnaligned(op + 8, Unsafe.ReadUnaligned<ulong>(literals + 8));
        return op + count;
    }

    private static byte* WriteLastLiterals(byte* op, byte* literals, int count)
    {
        *op++ = (byte)(Math.Min(count, 15) << 4);
        if (count >= 15)
            op = WriteLength(op, count - 15);
        Unsafe.CopyBlockUnaligned(op, literals, (uint)count);
        return op + count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* WriteMatch(byte* op, int distance, int length)
    {
        Unsafe.WriteUnaligned(op, (ushort)distance);
        op += 2;
        return length >= MinMatch + 15 ? WriteLength(op, length - MinMatch - 15) : op;
    }

    private static byte* WriteLength(byte* op, int rest)
    {
        for (; rest >= 255; rest -= 255)
            *op++ = 255;
        *op++ = (byte)rest;
        return op;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Word(byte* at) => Unsafe.ReadUnaligned<uint>(at);
}
