using System.Runtime.InteropServices;

namespace Litestream.Sqlite;

/// <summary>
/// SQLite's SHARED lock: 510 bytes behind 1 GiB + 2, held by every connection that has read in WAL mode, and in rollback mode by every one that reads.
/// Looked at by F_GETLK on SQLite's own descriptor, which changes nothing, or taken for a moment under SQLite's RESERVED lock. The descriptor's place in
/// <c>unixFile</c> is not documented, so it is believed only if it leads to the database file; otherwise the answer is "not that we know".
/// </summary>
internal static unsafe partial class SharedLock
{
    private const int DescriptorOffset = 24;
    private const int GetLock = 5;
    private const int SetLock = 6;
    private const short ReadLock = 0;
    private const short WriteLock = 1;
    private const short Unlocked = 2;
    private const long Pending = 0x40000000;
    private const long SharedFirst = 0x40000002;
    private const long SharedSize = 510;

    /// <summary>What stands behind SQLite's descriptor, whatever its path leads to now; null when the descriptor is not that of <paramref name="opened"/>.</summary>
    public static FileStat? Stat(SqliteFile* file, FileStat opened) =>
        Descriptor(file) is { } descriptor && FileStat.Of(descriptor) is { } stat && stat.IsSameFile(opened) ? stat : null;

    /// <summary>SQLite's descriptor is known, and another file than this stands behind it.</summary>
    public static bool IsOfAnother(SqliteFile* file, FileStat expected) => ThisProcess.IsOurs && Descriptor(file) is { } descriptor && FileStat.Of(descriptor) is { } stat && !stat.IsSameFile(expected);

    /// <summary>Whether somebody else is connected; null when it cannot be told: the kernel answers for other processes only.</summary>
    public static bool? IsHeldElsewhere(SqliteFile* file, FileStat opened) => Stat(file, opened) is null ? null : IsHeldElsewhere(Descriptor(file)!.Value) switch
    {
        false when !ThisProcess.IsOurs => null,
        var held => held,
    };

    /// <summary>The process that holds it, one of several; 0 when nobody does, or nobody that can be told.</summary>
    public static int HolderElsewhere(SqliteFile* file, FileStat opened) =>
        Stat(file, opened) is not null && Query(Descriptor(file)!.Value) is { Type: not Unlocked } held ? held.Pid : 0;

    /// <summary>
    /// Keeps readers out, if none is in: tries once and waits for nobody, so that no reader is ever kept out for another's sake. The caller holds RESERVED,
    /// and with it a SHARED lock, which this becomes. Null when it cannot be told.
    /// </summary>
    public static bool? TryShutOut(SqliteFile* file, FileStat opened) => Change(file, opened, WriteLock, SharedFirst, SharedSize);

    /// <summary>Back to an ordinary SHARED lock, in one step: at no moment could another take the file for one that nobody writes.</summary>
    public static void LetIn(SqliteFile* file, FileStat opened) => _ = Change(file, opened, ReadLock, SharedFirst, SharedSize);

    /// <summary>SQLite's PENDING lock: no reader begins, those that are in read on. Only for a moment, where readers overlap without end.</summary>
    public static void HoldUp(SqliteFile* file, FileStat opened, bool on) => _ = Change(file, opened, on ? WriteLock : Unlocked, Pending, 1);

    private static bool? Change(SqliteFile* file, FileStat opened, short type, long start, long length)
    {
        // A reader in this process shares our locks: only SQLite itself can keep it out.
        if (!ThisProcess.IsOurs || Stat(file, opened) is null)
            return null;
        var request = new Flock { Type = type, Start = start, Length = length };
        return FileControl(Descriptor(file)!.Value, SetLock, &request) == 0;
    }

    // struct flock of 64-bit Linux, and its command number.
    private static int? Descriptor(SqliteFile* file)
    {
        if (!OperatingSystem.IsLinux() || nint.Size != 8)
            return null;
        var descriptor = *(int*)((byte*)file + DescriptorOffset);
        return descriptor > 2 ? descriptor : null;
    }

    private static bool? IsHeldElsewhere(int descriptor) => Query(descriptor) is { } held ? held.Type != Unlocked : null;

    private static Flock? Query(int descriptor)
    {
        var request = new Flock { Type = WriteLock, Start = SharedFirst, Length = SharedSize };
        return FileControl(descriptor, GetLock, &request) == 0 ? request : null;
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
