using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Sqlite;

/// <summary>
/// Opens files in directories where others make names, too. Never through a symbolic link at the name itself, which leads wherever its maker likes; never a
/// pipe, where opening waits for the other end; never a device. Throws <see cref="IOException"/> (its <c>HResult</c> is the errno) or
/// <see cref="UnauthorizedAccessException"/>.
/// </summary>
internal static partial class RegularFile
{
    private const int ReadOnly = 0, WriteOnly = 1, ReadAndWrite = 2; // O_RDONLY, O_WRONLY, O_RDWR
    private const int Create = 0x40; // O_CREAT
    private const int AtOnce = 0x800 | 0x80000; // O_NONBLOCK | O_CLOEXEC
    private const int NoFollow = 0x20000; // O_NOFOLLOW (x86-64)
    private const int NoFollowArm64 = 0x8000;
    private const int AsUmaskAllows = 0x1b6; // 0666
    private const int NotPermitted = 1, NoEntry = 2, Interrupted = 4, AccessDenied = 13; // EPERM, ENOENT, EINTR, EACCES
    private const int Alone = 2 | 4; // LOCK_EX | LOCK_NB
    private const int Unlock = 8; // LOCK_UN

    private static readonly int Flags = AtOnce | (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? NoFollowArm64 : NoFollow);

    /// <summary>One that is there.</summary>
    public static SafeFileHandle OpenRead(string path) => OperatingSystem.IsLinux()
        ? Open(path, ReadOnly)
        : File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Made where there is none; what is in it stays.</summary>
    public static SafeFileHandle OpenWrite(string path) => OperatingSystem.IsLinux()
        ? Open(path, WriteOnly | Create)
        : File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>To read and write, made where there is none, as the only one who has it so: else EAGAIN. Ends with <see cref="Release"/>.</summary>
    public static SafeFileHandle OpenAlone(string path)
    {
        if (!OperatingSystem.IsLinux())
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var handle = Open(path, ReadAndWrite | Create);
        while (LockCore(handle, Alone) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == Interrupted)
                continue;
            handle.Dispose();
            throw Failed(path, error);
        }
        return handle;
    }

    /// <summary>Not by closing alone: a program that is being started has every descriptor for a moment, and the lock with it.</summary>
    public static void Release(SafeFileHandle handle)
    {
        if (OperatingSystem.IsLinux() && !handle.IsClosed)
            _ = LockCore(handle, Unlock);
        handle.Dispose();
    }

    /// <summary>A new one of a name that only we use, whatever stood there: for what is written whole and then renamed.</summary>
    public static void WriteNew(string path, string text)
    {
        File.Delete(path);
        using var file = new StreamWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write));
        file.Write(text);
    }

    private static SafeFileHandle Open(string path, int access)
    {
        int descriptor;
        while ((descriptor = OpenCore(path, Flags | access, AsUmaskAllows)) < 0)
        {
            if (Marshal.GetLastPInvokeError() is not Interrupted and var error)
                throw Failed(path, error);
        }
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        var stat = FileStat.Of(descriptor);
        if (stat is { IsRegular: true } && (access == ReadOnly || stat is { Links: <= 1 }))
            return handle;
        handle.Dispose();
        throw new IOException(stat is { IsRegular: true } ? $"{path} is a second name (hard link) of another file" : InTheWay(path));
    }

    private static string InTheWay(string path) => $"{path} is in the way, and is no file of ours";

    private static Exception Failed(string path, int error) => error switch
    {
        NoEntry => new FileNotFoundException($"{path} does not exist", path),
        AccessDenied or NotPermitted => new UnauthorizedAccessException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}"),
        _ when FileStat.Of(path) is { IsRegular: false } => new IOException(InTheWay(path), error),
        _ => new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}", error),
    };

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenCore(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int LockCore(SafeFileHandle file, int operation);
}
