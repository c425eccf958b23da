using System.Runtime.InteropServices;

namespace Litestream.Replication;

/// <summary>Between two tries for a lock that others hold for microseconds, again and again: their next turn is not missed, and no core is kept busy meanwhile.</summary>
internal static partial class LockPause
{
    /// <summary>As long as a few commits of a fast writer, or a hundredth of what it waits for the disk.</summary>
    public static void Wait() => _ = SleepMicroseconds(50);

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int SleepMicroseconds(uint microseconds);
}
