using System.Runtime.InteropServices;

namespace Litestream.Agent.Interop;

/// <summary>The few calls of the C library that .NET has no name for. Linux only; constants are those of x86-64 and arm64.</summary>
internal static partial class Libc
{
    public const int ErrorInterrupted = 4;
    public const int ErrorNoEntry = 2;
    public const int ErrorNotDirectory = 20;
    public const int ErrorNameTooLong = 36;
    public const int ErrorLoop = 40;
    public const int ErrorTooManyFiles = 24;
    public const int ErrorNoSpace = 28;

    public const int CloseOnExec = 0x80000;
    public const int AtWorkingDirectory = -100;
    public const int NoFollow = 0x100;
    public const int BasicStats = 0x7ff;
    public const int PathOnly = 0x200000;
    public const int OpenDirectory = 0x10000;
    public const int OpenDirectoryArm64 = 0x4000;
    public const int OpenNoFollow = 0x20000;
    public const int OpenNoFollowArm64 = 0x8000;
    public const short PollIn = 1;
    public const int DoNotNeed = 4;
    public const int AccessRead = 4;
    public const int AccessWrite = 2;
    public const int AccessExecute = 1;

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    public static partial int InotifyInit(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int InotifyAddWatch(int descriptor, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch", SetLastError = true)]
    public static partial int InotifyRemoveWatch(int descriptor, int watch);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static unsafe partial nint Read(int descriptor, byte* buffer, nint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static unsafe partial nint Write(int descriptor, byte* buffer, nint length);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static unsafe partial int Poll(PollDescriptor* descriptors, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int Statx(int directory, string path, int flags, uint mask, StatxBuffer* buffer);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "tcgetpgrp", SetLastError = true)]
    public static partial int ForegroundGroup(int terminal);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    public static partial int OwnGroup();

    public static int NumberOf(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGINT => 2,
        _ => 15,
    };

    /// <summary>Not in every C library.</summary>
    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    public static partial int TrimHeap(nuint keepBytes);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    public static unsafe partial int AdviseMemory(void* start, nuint length, int advice);

    /// <summary>Clock 7 is <c>CLOCK_BOOTTIME</c>: it goes on while the machine is suspended.</summary>
    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    public static unsafe partial int ClockTime(int clock, Time* time);

    [StructLayout(LayoutKind.Sequential)]
    public struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Wanted;
        public short Seen;
    }

    /// <summary><c>struct statx</c>: the one stat whose layout is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct StatxBuffer
    {
        [FieldOffset(16)] public uint Links;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
    }
}
