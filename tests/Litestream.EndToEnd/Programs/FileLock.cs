namespace Litestream.EndToEnd.Programs;

/// <summary>One test process at a time.</summary>
internal static class FileLock
{
    /// <summary>Waits until no other process holds the lock; disposing gives it back.</summary>
    public static IDisposable Take(string path)
    {
        var deadline = DateTime.UtcNow + TimeSpan.FromMinutes(15);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < deadline)
            {
                Thread.Sleep(100);
            }
        }
    }
}
