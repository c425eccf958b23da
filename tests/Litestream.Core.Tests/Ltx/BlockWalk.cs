namespace Litestream.Core.Tests.Ltx;

/// <summary>
/// Walks an LZ4 block sequence by sequence, on its own terms: a slow reader that knows the rules our decoder need not enforce.
/// </summary>
internal static class BlockWalk
{
    /// <summary>
    /// The last five bytes are literals and no match begins in the last twelve; every distance lies inside what came before.
    /// </summary>
    public static void AssertConforms(byte[] block, int length)
    {
        var (written, lastMatchStart, lastLiterals) = (0, -1, 0);
        foreach (var (literals, distance, match) in Sequences(block))
        {
            written += literals;
            lastLiterals = literals;
            if (match == 0)
                continue;
            Assert.InRange(distance, 1, Math.Min(written, 65535));
            lastMatchStart = written;
            written += match;
            lastLiterals = 0;
        }
        Assert.Equal(length, written);
        if (lastMatchStart < 0)
            return;
        Assert.True(lastLiterals >= 5, $"{lastLiterals} literals at the end");
        Assert.True(lastMatchStart <= length - 12, $"a match begins at {lastMatchStart} of {length}");
    }

    public static bool HasDistanceZero(byte[] block) => Sequences(block).Any(sequence => sequence is { Match: > 0, Distance: 0 });

    /// <summary>The last one has no match. Ends early where the block does.</summary>
    private static IEnumerable<(int Literals, int Distance, int Match)> Sequences(byte[] block)
    {
        var at = 0;
        while (at < block.Length)
        {
            var token = block[at++];
            var literals = Length(token >> 4, block, ref at);
            at += literals;
            if (at + 1 >= block.Length)
            {
                yield return (literals, 0, 0);
                yield break;
            }
            var distance = block[at] | (block[at + 1] << 8);
            at += 2;
            yield return (literals, distance, Length(token & 15, block, ref at) + 4);
        }
    }

    private static int Length(int length, byte[] block, ref int at)
    {
        if (length < 15)
            return length;
        while (at < block.Length)
        {
            var value = block[at++];
            length += value;
            if (value != 255)
                break;
        }
        return length;
    }
}
