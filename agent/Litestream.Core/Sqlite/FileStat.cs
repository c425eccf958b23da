using System.Runtime.InteropServices;

namespace Litestream.Sqlite;

/// <summary>What the file system says about a name, by statx(2): nothing is opened, so no POSIX lock of this process is dropped.</summary>
internal readonly partial record struct FileStat(ulong Device, ulong Inode, long SizeBytes, long MtimeNs, long CtimeNs, uint Uid, uint Mode, uint Links, uint Gid = 0)
{
    private const int AtFdCwd = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStats = 0x7ff;

    public bool IsRegular => (Mode & 0xf000) == 0x8000;

    /// <summary>When its content, its owner, its mode or one of its names changed last.</summary>
    public DateTimeOffset ChangedAt => DateTimeOffset.UnixEpoch.AddTicks(CtimeNs / 100);

    /// <summary>The same file, whatever was written to it.</summary>
    public bool IsSameFile(FileStat other) => Device == other.Device && Inode == other.Inode;

    /// <summary>Both exist and are the same file.</summary>
    public static bool IsSameFile(FileStat? a, FileStat? b) => a is { } x && b is { } y && x.IsSameFile(y);

    /// <summary>The same file and no write since: a write moves mtime and ctime, utimes cannot set ctime back.</summary>
    public bool IsUnchanged(FileStat other) =>
        IsSameFile(other) && SizeBytes == other.SizeBytes && MtimeNs == other.MtimeNs && CtimeNs == other.CtimeNs;

    /// <summary>
    /// A write from now on would show in mtime or ctime. The kernel stamps files with a clock that ticks every 4 to 10 ms; file systems that keep
    /// whole seconds tick every second or two.
    /// </summary>
    public bool IsSettled(DateTimeOffset now)
    {
        var newestNs = Math.Max(MtimeNs, CtimeNs);
        var ageNs = (now - DateTimeOffset.UnixEpoch).Ticks * 100 - newestNs;
        var wholeSeconds = MtimeNs % 1_000_000_000 == 0 && CtimeNs % 1_000_000_000 == 0;
        var tickNs = wholeSeconds ? 2_000_000_000L : 100_000_000L;
        return ageNs >= tickNs || ageNs < -2_000_000_000L;
    }

    /// <summary>Null when the name does not exist; every other failure counts as not existing too, opening it will say why. Does not follow a symbolic link.</summary>
    public static FileStat? Of(string path) => Of(AtFdCwd, path, NoFollow);

    /// <summary>Null as above; follows a symbolic link.</summary>
    public static FileStat? OfTarget(string path) => Of(AtFdCwd, path, 0);

    /// <summary>False when it cannot be found out (a disk or a network that fails) whether there is one: that is no answer.</summary>
    public static bool TryOf(string path, out FileStat? stat)
    {
        const int noEntry = 2, notDirectory = 20;
        stat = Of(path);
        return stat is not null || Marshal.GetLastPInvokeError() is noEntry or notDirectory;
    }

    /// <summary>What a file takes of its disk: less than its size where it has holes; null when the name does not exist.</summary>
    public static unsafe long? AllocatedBytesOf(string path)
    {
        const int bytesOfABlock = 512;
        var bytes = stackalloc byte[256];
        return Statx(AtFdCwd, path, NoFollow, BasicStats, bytes) == 0 ? *(long*)(bytes + 48) * bytesOfABlock : null;
    }

    /// <summary>The file behind an open descriptor; null when it is none.</summary>
    public static FileStat? Of(int descriptor) => Of(descriptor, "", EmptyPath);

    private static unsafe FileStat? Of(int directory, string path, int flags)
    {
        var bytes = stackalloc byte[256];
        if (Statx(directory, path, flags, BasicStats, bytes) != 0)
            return null;
        return new(
            ((ulong)*(uint*)(bytes + 136) << 32) | *(uint*)(bytes + 140),
            *(ulong*)(bytes + 32),
            *(long*)(bytes + 40),
            *(long*)(bytes + 112) * 1_000_000_000 + *(uint*)(bytes + 120),
            *(long*)(bytes + 96) * 1_000_000_000 + *(uint*)(bytes + 104),
            *(uint*)(bytes + 20),
            *(ushort*)(bytes + 28),
            *(uint*)(bytes + 16),
            *(uint*)(bytes + 24));
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int directory, string path, int flags, uint mask, byte* result);
}
