using System.Runtime.InteropServices;

namespace Litestream.Tests.Needs;

/// <summary>A file system in memory that is soon full.</summary>
internal sealed partial class SmallFileSystem : IDisposable
{
    private readonly int _megabytes;
    private readonly DirectoryInfo _mountPoint = Directory.CreateTempSubdirectory("litestream-test-");

    public SmallFileSystem(int megabytes)
    {
        _megabytes = megabytes;
        if (Mount("tmpfs", Path, "tmpfs", 0, $"size={megabytes}m") == 0)
            return;
        var error = Marshal.GetLastPInvokeErrorMessage();
        _mountPoint.Delete();
        throw new InvalidOperationException($"mount: {error}");
    }

    /// <summary>Root, and not in a container that forbids it.</summary>
    public static bool CanMount { get; } = OperatingSystem.IsLinux() && TryMount();

    public string Path => _mountPoint.FullName;

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>To the last page.</summary>
    public void Fill()
    {
        using var file = File.Create(Ballast, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took, and room for more.</summary>
    public void Free()
    {
        File.Delete(Ballast);
        Remount(0, $"size={Math.Max(64, _megabytes)}m");
    }

    public void MakeReadOnly() => Remount(1, "");

    private void Remount(ulong flags, string data)
    {
        const ulong remount = 32; // MS_REMOUNT
        if (Mount("tmpfs", Path, "tmpfs", remount | flags, data) != 0)
            throw new InvalidOperationException($"remount: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public void Dispose()
    {
        const int Detach = 2; // MNT_DETACH
        _ = Unmount(Path, Detach);
        _mountPoint.Delete();
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
