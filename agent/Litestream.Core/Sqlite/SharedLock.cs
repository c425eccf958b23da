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

    /// <summary>What stands behind SQLite's descriptor, whatever its path leads to now; null when the descriptor is not that of <paramref name="opened"/>.</summary>
    public static FileStat? Stat(SqliteFile* file, FileStat opened) =>
        Descriptor(file) is { } descriptor && FileStat.Of(descriptor) is { } stat && stat.IsSameFile(opened) ? stat : null;

    /// <summary>Whether another process is connected; null when it cannot be told.</summary>
    public static bool? IsHeldElsewhere(SqliteFile* file, FileStat opened) =>
        Stat(file, opened) is null ? null : IsHeldElsewhere(Descriptor(file)!.Value);

    // struct flock of 64-bit Linux, and its command number.
    private static int? Descriptor(SqliteFile* file)
    {
        if (!OperatingSystem.IsLinux() || nint.Size != 8)
            return null;
        var descriptor = *(int*)((byte*)file + DescriptorOffset);
        return descriptor > 2 ? descriptor : null;
    }

    private static bool? IsHeldElsewhere(int descriptor)
    {
        var request = new Flock { Type = WriteLock, Start = SharedFirst, Length = SharedSize };
        return FileControl(descriptor, GetLock, &request) == 0 ? request.Type != Unlocked : null;
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
