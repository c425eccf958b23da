using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Litestream.Sqlite;

/// <summary>
/// The running checksum of a WAL: s0 += w[i] + s1; s1 += w[i+1] + s0 over 32-bit words. Step by step each addition waits for the one before it. Written out, a word counts as
/// often as Fibonacci's numbers say (modulo 2^32): F(r) times in s0 and F(r+1) times in s1 if r words follow it. s0 of before counts like the first word, s1 like one in front
/// of it. So a block of words is two sums of products, four words at a time.
/// </summary>
internal readonly record struct WalChecksum(uint S0, uint S1)
{
    /// <summary>A page of the smallest size.</summary>
    private const int BlockWords = 128;

    /// <summary>F(128) down to F(0).</summary>
    private static readonly uint[] Weights = Fibonacci();

    /// <summary>Reads eight big-endian bytes, as stored in the header and in frames.</summary>
    public static WalChecksum Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));

    /// <summary><paramref name="bytes"/>: a multiple of 8; words in the byte order that the WAL's magic names.</summary>
    public WalChecksum Append(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        var (s0, s1) = (S0, S1);
        var words = MemoryMarshal.Cast<byte, uint>(bytes);
        if (bigEndian != BitConverter.IsLittleEndian)
        {
            for (; words.Length >= BlockWords; words = words[BlockWords..])
                (s0, s1) = AppendBlock(s0, s1, words);
            for (var i = 0; i + 1 < words.Length; i += 2)
            {
                s0 += words[i] + s1;
                s1 += words[i + 1] + s0;
            }
        }
        else
        {
            for (var i = 0; i + 1 < words.Length; i += 2)
            {
                s0 += BinaryPrimitives.ReverseEndianness(words[i]) + s1;
                s1 += BinaryPrimitives.ReverseEndianness(words[i + 1]) + s0;
            }
        }
        return new(s0, s1);
    }

    private static (uint S0, uint S1) AppendBlock(uint s0, uint s1, ReadOnlySpan<uint> words)
    {
        ref var word = ref MemoryMarshal.GetReference(words);
        ref var weight = ref MemoryMarshal.GetArrayDataReference(Weights);
        var (sum0, sum1) = (Vector128<uint>.Zero, Vector128<uint>.Zero);
        for (nuint i = 0; i < BlockWords; i += (nuint)Vector128<uint>.Count)
        {
            var four = Vector128.LoadUnsafe(ref word, i);
            sum0 += four * Vector128.LoadUnsafe(ref weight, i + 1);
            sum1 += four * Vector128.LoadUnsafe(ref weight, i);
        }
        var (f128, f127) = (Weights[0], Weights[1]);
        return (f127 * s0 + f128 * s1 + Vector128.Sum(sum0), f128 * s0 + (f127 + f128) * s1 + Vector128.Sum(sum1));
    }

    private static uint[] Fibonacci()
    {
        var numbers = new uint[BlockWords + 1];
        numbers[^2] = 1;
        for (var i = BlockWords - 2; i >= 0; i--)
            numbers[i] = numbers[i + 1] + numbers[i + 2];
        return numbers;
    }
}
