namespace Litestream;

/// <summary>The page that holds SQLite's lock bytes (offset 1 GiB): without content, so never encoded, summed, compared or put into a journal.</summary>
internal static class LockPage
{
    public static uint Of(int pageSize) => (uint)(0x40000000 / pageSize) + 1;
}
