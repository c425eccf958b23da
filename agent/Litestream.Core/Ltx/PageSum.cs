namespace Litestream.Ltx;

/// <summary>What one page adds to the sum of a database.</summary>
internal static class PageSum
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    /// <summary>mix(crc64(page) + pgno * 0x9E3779B97F4A7C15), mix = splitmix64's finaliser.</summary>
    public static ulong Of(uint pgno, ReadOnlySpan<byte> page) => OfCrc(pgno, Crc64.Of(page));

    /// <summary>The same for a page of which only the CRC is known.</summary>
    internal static ulong OfCrc(uint pgno, ulong crc)
    {
        // The mix is what makes the sum see exchanged pages: CRCs alone are linear, their sum would not.
        var z = unchecked(crc + (pgno * Step));
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }

    /// <summary>Back to the page's CRC: the mix loses nothing. The factors are the inverses of those above, modulo 2^64.</summary>
    internal static ulong CrcOf(uint pgno, ulong sum)
    {
        var z = unchecked((sum ^ (sum >> 31) ^ (sum >> 62)) * 0x319642B2D24D8EC3);
        z = unchecked((z ^ (z >> 27) ^ (z >> 54)) * 0x96DE1B173F119089);
        return unchecked((z ^ (z >> 30) ^ (z >> 60)) - (pgno * Step));
    }
}
