using System.Text;

namespace Litestream.Core.Tests.Ltx;

/// <summary>Bytes of the kinds that pages are made of, from a seed.</summary>
internal static class SamplePages
{
    private static readonly byte[][] Words =
        [.. "SELECT INSERT users orders 2026-01-02T03:04:05Z active pending {\"id\": true false null example.com 127.0.0.1"
            .Split(' ').Select(Encoding.ASCII.GetBytes)];

    /// <summary>Any kind, chosen by <paramref name="random"/>; half of them change kind on the way.</summary>
    public static byte[] Any(Random random, int length)
    {
        var bytes = new byte[length];
        var done = random.Next(2) == 0 ? length : random.Next(length + 1);
        Fill(random, bytes.AsSpan(0, done));
        Fill(random, bytes.AsSpan(done));
        return bytes;
    }

    private static void Fill(Random random, Span<byte> bytes)
    {
        switch (random.Next(6))
        {
            case 0:
                bytes.Fill((byte)random.Next(3));
                break;
            case 1:
                random.NextBytes(bytes);
                break;
            case 2:
                FillWords(random, bytes);
                break;
            case 3:
                // A short period: matches that overlap what they write.
                var period = random.Next(1, 40);
                random.NextBytes(bytes[..Math.Min(period, bytes.Length)]);
                for (var i = period; i < bytes.Length; i++)
                    bytes[i] = bytes[i - period];
                break;
            case 4:
                // Few values: many short matches.
                for (var i = 0; i < bytes.Length; i++)
                    bytes[i] = (byte)random.Next(3);
                break;
            default:
                FillRecords(random, bytes);
                break;
        }
    }

    private static void FillWords(Random random, Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var word = Words[random.Next(Words.Length)];
            var part = Math.Min(word.Length, bytes.Length);
            word.AsSpan(0, part).CopyTo(bytes);
            bytes = bytes[part..];
        }
    }

    /// <summary>Like a b-tree page: cell pointers in front, a gap of zeroes, records behind.</summary>
    private static void FillRecords(Random random, Span<byte> bytes)
    {
        bytes.Clear();
        var third = bytes.Length / 3;
        for (var i = 0; i + 1 < third; i += 2)
            (bytes[i], bytes[i + 1]) = ((byte)((bytes.Length - (10 * i)) >> 8), (byte)(bytes.Length - (10 * i)));
        FillWords(random, bytes[(bytes.Length - third)..]);
        for (var i = bytes.Length - third; i < bytes.Length; i += random.Next(1, 30))
            bytes[i] = (byte)random.Next(256);
    }
}
