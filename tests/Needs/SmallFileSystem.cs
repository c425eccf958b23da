using System.Runtime.InteropServices;

namespace Litestream.Tests.Needs;

/// <summary>A file system in memory that is soon full. Its mount says which test process has it: those of dead ones are taken away by the next that mounts anything.</summary>
internal sealed partial class SmallFileSystem : IDisposable
{
    private const string Prefix = "litestream-tests-";
    private const int Detach = 2; // MNT_DETACH
    private readonly int _megabytes;
    private readonly DirectoryInfo _mountPoint = Directory.CreateTempSubdirectory("litestream-test-");

    public SmallFileSystem(int megabytes)
    {
        _megabytes = megabytes;
        if (Mount($"{Prefix}{Environment.ProcessId}", Path, "tmpfs", 0, $"size={megabytes}m") == 0)
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

    /// <summary>From now on it is seen at an empty directory, too.</summary>
    public void AttachTo(string directory)
    {
        const ulong bind = 4096; // MS_BIND
        if (Mount(Path, directory, "", bind, "") != 0)
            throw new InvalidOperationException($"mount: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>As <c>umount -l</c>: whoever has a file of it open goes on with that, whoever looks there sees the directory that it was attached to.</summary>
    public static void TakeAway(string directory)
    {
        if (Unmount(directory, Detach) != 0)
            throw new InvalidOperationException($"umount: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private void Remount(ulong flags, string data)
    {
        const ulong remount = 32; // MS_REMOUNT
        if (Mount("tmpfs", Path, "tmpfs", remount | flags, data) != 0)
            throw new InvalidOperationException($"remount: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public void Dispose()
    {
        _ = Unmount(Path, Detach);
        _mountPoint.Delete();
    }

    private static bool TryMount()
    {
        TakeAwayOfTheDead();
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

    /// <summary>A test process that is killed leaves its mounts behind.</summary>
    private static void TakeAwayOfTheDead()
    {
        foreach (var fields in File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).Where(fields => fields[0].StartsWith(Prefix, StringComparison.Ordinal)))
        {
            if (Directory.Exists($"/proc/{fields[0][Prefix.Length..]}") || Unmount(fields[1], Detach) != 0)
                continue;
            try
            {
                Directory.Delete(fields[1]);
            }
            catch (IOException)
            {
                // Something else lies there.
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, ulong flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
