namespace Litestream;

internal static class FileEvents
{
    /// <summary>Something was seen; a sweep alone looks although nothing was.</summary>
    public static bool IsNews(this FileEvent seen) => (seen & ~(FileEvent.Sweep | FileEvent.Glance)) != 0;
}
