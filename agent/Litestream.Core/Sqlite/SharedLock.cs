using System.Runtime.InteropServices;

namespace Litestream.Sqlite;

/// <summary>
/// Looks at SQLite's SHARED lock (510 bytes behind 1 GiB + 2; every connection that has read in WAL mode holds it) by F_GETLK on SQLite's own
/// descriptor, which changes nothing. The descriptor's place in <c>unixFile</c> is not documented, so it is believed only if it leads to the
/// database file; otherwise the answer is "not that we know".
/// </summary>
internal static unsafe partial class SharedLock
{
    private const int DescriptorOffset = 24;
    private const int GetLock = 5;
    private const short WriteLock = 1;
    private const short Unlocked = 2;
    private const long SharedFirst = 0x40000002;
    private const long SharedSize = 510;

    public static bool IsHeldElsewhere(SqliteFile* file, FileStat database)
    {
        // struct flock of 64-bit Linux, and its command number.
        if (!OperatingSystem.IsLinux() || nint.Size != 8)
            return false;
        var descriptor = *(int*)((byte*)file + DescriptorOffset);
        if (descriptor <= 2 || FileStat.Of(descriptor) is not { } stat || !stat.IsSameFile(database))
            return false;
        var request = new Flock { Type = WriteLock, Start = SharedFirst, Length = SharedSize };
        return FileControl(descriptor, GetLock, &request) == 0 && request.Type != Unlocked;
    }

    // Variadic; on Linux x64 and arm64 such a call equals a plain one with these arguments.
    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int FileControl(int descriptor, int command, Flock* request);

    [StructLayout(LayoutKind.Sequential)]
    private struct Flock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Pid;
    }
}
