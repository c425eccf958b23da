namespace Litestream.Ltx;

/// <summary>The page that holds SQLite's lock bytes (offset 1 GiB): never encoded, never summed, never compared.</summary>
public static class LockPage
{
    public static uint Of(int pageSize) => (uint)(0x40000000 / pageSize) + 1;
}
