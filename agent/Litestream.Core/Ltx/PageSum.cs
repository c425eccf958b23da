namespace Litestream.Ltx;

/// <summary>What one page adds to the sum of a database.</summary>
public static class PageSum
{
    /// <summary>mix(crc64(page) + pgno * 0x9E3779B97F4A7C15), mix = splitmix64's finaliser.</summary>
    public static ulong Of(uint pgno, ReadOnlySpan<byte> page)
    {
        // The mix is what makes the sum see exchanged pages: CRCs alone are linear, their sum would not.
        var z = unchecked(Crc64.Of(page) + (pgno * 0x9E3779B97F4A7C15));
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }
}
