namespace Litestream.Replication;

/// <summary>Tells a full disk (or quota) from other I/O errors; on Unix the result of an <see cref="IOException"/> is the errno.</summary>
internal static class DiskFull
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    public static bool Is(IOException error) => error.HResult is NoSpace or QuotaExceeded;
}
