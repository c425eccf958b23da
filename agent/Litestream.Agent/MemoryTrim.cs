using Litestream.Agent.Interop;

namespace Litestream.Agent;

/// <summary>
/// Gives memory back after a burst of work (the start, a thousand tenants waking at once) has passed: without allocations no
/// collection ever comes by itself, and an idle agent would keep the burst's heap for days. Asked from time to time; does
/// nothing while there is work, and nothing again until there was some.
/// </summary>
internal sealed class MemoryTrim
{
    /// <summary>A collection that frees less is not worth its pause.</summary>
    public const long WorthwhileBytes = 8_000_000;

    /// <summary>Fewer bytes allocated since the last look: it is quiet.</summary>
    public const long QuietBytes = 1_000_000;

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private long _lastSeen;

    /// <summary>The start itself is a burst, however little it allocates.</summary>
    private long _lastTrimmed = -WorthwhileBytes;

    /// <summary>True when it was worth it now.</summary>
    /// <param name="allocatedBytes">Allocated since the start of the process.</param>
    public bool IsDue(long allocatedBytes)
    {
        var isQuiet = allocatedBytes - _lastSeen < QuietBytes;
        _lastSeen = allocatedBytes;
        if (!isQuiet || allocatedBytes - _lastTrimmed < WorthwhileBytes)
            return false;
        _lastTrimmed = allocatedBytes;
        return true;
    }

    public void Look()
    {
        if (!IsDue(GC.GetTotalAllocatedBytes()))
            return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            // SQLite's pages lie in the C library's heap.
            _ = Libc.TrimHeap(0);
            _ = ProgramPages.GiveBack();
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, or another system: it gives memory back by itself, or not at all.
        }
    }
}
