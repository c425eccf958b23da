using System.Runtime.InteropServices;

namespace Litestream.Core.Tests.Storage;

/// <summary>A file system in memory that is soon full.</summary>
internal sealed partial class SmallFileSystem : IDisposable
{
    private readonly ScratchFolder _mountPoint = new();

    public SmallFileSystem(int megabytes)
    {
        if (Mount("tmpfs", _mountPoint.Path, "tmpfs", 0, $"size={megabytes}m") != 0)
            throw new InvalidOperationException($"mount: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public static bool CanMount { get; } = TryMount();

    public string Path => _mountPoint.Path;

    public void Dispose()
    {
        const int Detach = 2; // MNT_DETACH
        _ = Unmount(_mountPoint.Path, Detach);
        _mountPoint.Dispose();
    }

    private static bool TryMount()
    {
        try
        {
            using var probe = new SmallFileSystem(1);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, ulong flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
