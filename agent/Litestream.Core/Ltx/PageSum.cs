namespace Litestream.Ltx;

/// <summary>What one page adds to the sum of a database.</summary>
public static class PageSum
{
    /// <summary>mix(crc64(page) + pgno * 0x9E3779B97F4A7C15), mix = splitmix64's finaliser.</summary>
    public static ulong Of(uint pgno, ReadOnlySpan<byte> page) => throw new NotImplementedException();
}
