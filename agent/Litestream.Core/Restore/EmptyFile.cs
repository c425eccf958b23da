using System.Runtime.InteropServices;
using Litestream.Sqlite;
using Litestream.Storage;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Restore;

/// <summary>
/// An empty file where a database is to go: an application that has it open may be about to write its first page, which would be lost with the name. SQLite's
/// locks do not tell of it, so the kernel is asked: a write lease is given only to whoever alone has a file open (fcntl(2), F_SETLEASE).
/// </summary>
internal static partial class EmptyFile
{
    private const int SetLease = 1024;
    private const int SetSignal = 10;
    private const int WriteLease = 1;

    /// <summary>SIGURG, which nobody hears: the kernel tells a holder of a lease that another wants to open the file, by default with a signal that ends the process.</summary>
    private const int UnheardSignal = 23;

    private const int WouldBlock = 11;

    /// <summary>Somebody has it open, this process too. False also where that cannot be told: not our file, or a network file system.</summary>
    public static bool IsOpen(string path)
    {
        using var file = TryOpen(path);
        return file is not null && IsShared(file);
    }

    /// <summary>Removes it while nobody can open it. One that is not empty stays, also when it takes the name in the same moment.</summary>
    /// <param name="path">Of the file, which need not be there.</param>
    /// <param name="mayBeOpen">Those who have it open never write to it; else it stays.</param>
    public static void Remove(string path, bool mayBeOpen)
    {
        using var file = TryOpen(path);
        if (file is null || (IsShared(file) && !mayBeOpen) || RandomAccess.GetLength(file) != 0)
            return;
        // Under a name that nobody else knows it is looked at once more: by its own another file may stand there by now.
        var aside = $"{path}.empty-{Path.GetRandomFileName()}";
        if (PosixFile.MoveIfAbsent(path, aside) != 0)
            return;
        if (FileStat.Of(aside) is { SizeBytes: 0 } found && FileStat.IsSameFile(found, FileStat.Of((int)file.DangerousGetHandle())))
            File.Delete(aside);
        else
            _ = PosixFile.MoveIfAbsent(aside, path);
    }

    private static SafeFileHandle? TryOpen(string path)
    {
        try
        {
            return RegularFile.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsShared(SafeFileHandle file) => OperatingSystem.IsLinux() && FileControl(file, SetSignal, UnheardSignal) == 0 && FileControl(file, SetLease, WriteLease) != 0 && Marshal.GetLastPInvokeError() == WouldBlock;

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(SafeFileHandle file, int command, int argument);
}
