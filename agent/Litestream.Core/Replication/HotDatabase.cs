using Litestream.Sqlite;

namespace Litestream.Replication;

/// <summary>
/// An open database: two connections that take turns holding a read mark. Everything here belongs to the capture lane.
/// The invariant: before the mark of one connection replaces the other's, everything up to the newer one's mxFrame is captured.
/// </summary>
internal sealed class HotDatabase(string path, EngineConnection holder, DatabaseFiles files, PageTable table) : IDisposable
{
    private const int GrownBytes = 1_000_000;

    private EngineConnection? _spare;

    /// <summary>The connection that holds the mark.</summary>
    public EngineConnection Holder { get; private set; } = holder;

    /// <summary>The other one, without a transaction; opened when first needed.</summary>
    public EngineConnection Spare => _spare ??= OpenSpare();

    /// <summary>The files these connections use. Other ones at their paths mean: deleted, or replaced.</summary>
    public DatabaseFiles Files => files;

    /// <summary>The database file as it stood at its path at the last round.</summary>
    public FileStat LastMain { get; set; } = files.Main!.Value;

    public PageTable Table { get; set; } = table;

    /// <summary>Size of the WAL at the last look.</summary>
    public long WalBytes { get; set; } = files.Wal?.SizeBytes ?? 0;

    /// <summary>A writer began who is so fast that the WAL would grow large before the next round is due. One that a reader pins grows whatever we do. May be asked from outside of the lane.</summary>
    public bool HasGrown => PinnedSince is null && FileStat.Of(DatabaseFiles.WalOf(path)) is { } wal && wal.SizeBytes >= WalBytes + GrownBytes;

    /// <summary>Timestamp before which no round is due because of a write alone.</summary>
    public long NextRoundAt { get; set; }

    /// <summary>From the last round to the next.</summary>
    public TimeSpan RoundPause { get; set; }

    /// <summary>Timestamp of the last captured write.</summary>
    public long LastWriteAt { get; set; }

    /// <summary>Timestamp of the last time the page table was saved.</summary>
    public long TableSavedAt { get; set; }

    /// <summary>What reading the whole database took last time: a wake after the WAL is gone costs this much.</summary>
    public TimeSpan FullReadTime { get; set; }

    /// <summary>The wal-index as it was when everything up to it was last captured.</summary>
    public WalIndexHeader Captured { get; private set; }

    /// <summary>Timestamp of the moment at which that was so: whatever is captured next was written since.</summary>
    public long CapturedAt { get; private set; }

    /// <summary>The last round was told of a write and found none: one more, soon.</summary>
    public bool IsUnexplained { get; set; }

    /// <summary>A live check is wanted whatever the time of the last one: a resync went before.</summary>
    public bool IsCheckWanted { get; set; }

    /// <summary>Pages that the running live check has compared; 0 when none runs.</summary>
    public uint CheckedPages { get; set; }

    /// <summary>Frames that the database file does not have yet, as of what was captured last.</summary>
    public uint Unbackfilled => Captured.Unbackfilled;

    /// <summary>The value of <see cref="LastWriteAt"/> when an application was found connected: asked once after each write, not more.</summary>
    public long FoundConnectedAt { get; set; } = -1;

    /// <summary>No own checkpoint before this timestamp.</summary>
    public long NextCheckpointAt { get; set; }

    /// <summary>At the last own checkpoint somebody else was at it, too.</summary>
    public bool WasCheckpointRefused { get; set; }

    /// <summary>Since when a reader of an application keeps the WAL from being reset; null while none does.</summary>
    public DateTimeOffset? PinnedSince { get; set; }

    /// <summary>A name may lead to another file by now, and a second connection to that one would ruin both.</summary>
    private EngineConnection OpenSpare()
    {
        if (files.Main is { } ours && EngineConnection.TryOpen(path, ours) is { } spare)
            return spare;
        throw new CaptureException(DatabaseStatus.Active, DatabaseReason.Hot, $"{path} was replaced while it was open", retryIn: TimeSpan.Zero);
    }

    /// <summary>The spare connection holds the mark now: ends the older one's.</summary>
    public void SwapMarks()
    {
        Holder.EndTransaction();
        Faults.Reach(FaultPoint.OlderMarkEnded);
        (Holder, _spare) = (_spare!, Holder);
    }

    /// <summary>Everything up to <paramref name="index"/>, read at <paramref name="at"/>, is captured.</summary>
    public void SetCaptured(WalIndexHeader index, long at) => (Captured, CapturedAt) = (index, at);

    public void CloseSpare()
    {
        _spare?.Dispose();
        _spare = null;
    }

    /// <summary>Closes without checkpoint: what an application left in the WAL stays for it.</summary>
    public void Dispose()
    {
        CloseSpare();
        Holder.Dispose();
    }
}
