using System.Runtime.InteropServices;
using Litestream.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Storage;

/// <summary>
/// What POSIX does with names and descriptors and .NET does not offer. Every call answers 0 or an errno: what that means
/// is for the caller to decide. (<c>File.Move(overwrite: false)</c> is a look and then a rename: two callers both win.)
/// </summary>
internal static partial class PosixFile
{
    public const int NotPermitted = 1; // EPERM
    public const int NoEntry = 2; // ENOENT
    public const int WouldBlock = 11; // EAGAIN: .NET's lock of a file opened with FileShare.None
    public const int AccessDenied = 13; // EACCES
    public const int Exists = 17; // EEXIST
    public const int OtherFileSystem = 18; // EXDEV
    public const int NotADirectory = 20; // ENOTDIR
    public const int Invalid = 22; // EINVAL
    public const int NoSpace = 28; // ENOSPC
    public const int TooLarge = 27; // EFBIG
    public const int ReadOnlyFileSystem = 30; // EROFS
    public const int TooManyLinks = 31; // EMLINK
    public const int NotImplemented = 38; // ENOSYS
    public const int NotSupported = 95; // EOPNOTSUPP
    public const int QuotaExceeded = 122; // EDQUOT

    private const int Interrupted = 4; // EINTR
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const uint NoReplace = 1; // RENAME_NOREPLACE
    private const uint Swap = 2; // RENAME_EXCHANGE
    private const int OpenDirectory = 0x10000 | 0x80000; // O_RDONLY | O_DIRECTORY | O_CLOEXEC (x86-64)
    private const int OpenDirectoryArm64 = 0x4000 | 0x80000;
    private const uint StartWriteBack = 2; // SYNC_FILE_RANGE_WRITE
    private const int OpenNameless = 0x400000 | 2; // O_TMPFILE without its O_DIRECTORY | O_RDWR
    private const int FollowLink = 0x400; // AT_SYMLINK_FOLLOW

    /// <summary>A second name for a file, never in place of another one.</summary>
    public static int Link(string existing, string name) => LinkCore(existing, name) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>
    /// Renames unless the new name is taken (<see cref="Exists"/>). Where the file system cannot say so in one step, a link
    /// does, and the old name goes afterwards.
    /// </summary>
    public static int MoveIfAbsent(string from, string to)
    {
        if (RenameCore(CurrentDirectory, from, CurrentDirectory, to, NoReplace) == 0)
            return 0;
        var error = Marshal.GetLastPInvokeError();
        if (error is not (Invalid or NotImplemented or NotSupported))
            return error;
        error = Link(from, to);
        // On a network file system the answer of a link that worked may be lost, and its repetition finds our own file.
        if (error != 0 && !(error == Exists && IsSameFile(from, to)))
            return error;
        File.Delete(from);
        return 0;
    }

    /// <summary>Two names change places, in one step: each leads to something at any moment, be it a file or a directory.</summary>
    public static int Exchange(string one, string other) => RenameCore(CurrentDirectory, one, CurrentDirectory, other, Swap) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Makes names created, renamed or removed in a directory durable.</summary>
    public static int FlushDirectory(string path)
    {
        var flags = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? OpenDirectoryArm64 : OpenDirectory;
        var descriptor = OpenCore(path, flags, 0);
        if (descriptor < 0)
            return Marshal.GetLastPInvokeError();
        var error = FlushCore(descriptor) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = CloseCore(descriptor);
        // Some file systems cannot flush a directory and say so; then its names are as durable as they get.
        return error is Invalid or NotSupported ? 0 : error;
    }

    /// <summary>Where a path leads, with every symbolic link in it followed; null when it leads nowhere.</summary>
    public static unsafe string? RealPath(string path)
    {
        var real = RealPathCore(path, null);
        var text = Marshal.PtrToStringUTF8((nint)real);
        NativeMemory.Free(real);
        return text;
    }

    /// <summary>Two names of one inode. False when either cannot be looked at.</summary>
    public static bool IsSameFile(string left, string right) =>
        FileStat.Of(left) is { } one && FileStat.Of(right) is { } other && one.IsSameFile(other);

    /// <summary>Takes room for a file of so many bytes, beforehand; a shorter file grows, by zeros.</summary>
    public static int Allocate(SafeFileHandle file, long length)
    {
        while (AllocateCore(file, 0, 0, length) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
                return error;
        }
        return 0;
    }

    /// <summary>Gives a file to another user and group.</summary>
    public static int ChangeOwner(SafeFileHandle file, uint user, uint group) =>
        ChangeOwnerCore(file, user, group) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>The same by name, for a folder.</summary>
    public static int ChangeOwner(string path, uint user, uint group) =>
        ChangeOwnerCore(path, user, group) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>An empty file that is a user's, with these permissions, from the moment on at which it has its name; never in place of another one.</summary>
    public static int CreateFor(string path, uint user, uint group, uint mode)
    {
        var directory = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? OpenDirectoryArm64 : OpenDirectory;
        var descriptor = OpenCore(Path.GetDirectoryName(path)!, OpenNameless | directory, 0);
        if (descriptor < 0)
            return Marshal.GetLastPInvokeError();
        using var file = new SafeFileHandle(descriptor, ownsHandle: true);
        return ChangeOwnerCore(file, user, group) == 0 && ChangeModeCore(file, mode) == 0 && LinkCore(CurrentDirectory, $"/proc/self/fd/{descriptor}", CurrentDirectory, path, FollowLink) == 0
            ? 0
            : Marshal.GetLastPInvokeError();
    }

    /// <summary>Starts writing what is dirty in a part of a file, without waiting, so that the flush at the end finds little left. Only a hint.</summary>
    public static void BeginWriteBack(SafeFileHandle file, long offset, long length) => _ = SyncRangeCore(file, offset, length, StartWriteBack);

    /// <summary>Whose files this process makes.</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkCore(string existing, string name);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkCore(int fromDirectory, string existing, int toDirectory, string name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameCore(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenCore(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial byte* RealPathCore(string path, byte* room);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushCore(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseCore(int descriptor);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int AllocateCore(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int ChangeOwnerCore(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeModeCore(SafeFileHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwnerCore(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncRangeCore(SafeFileHandle file, long offset, long length, uint flags);
}
