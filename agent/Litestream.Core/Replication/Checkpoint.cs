using System.Diagnostics;
using System.Globalization;
using Litestream.Sqlite;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// While we hold a mark a busy application never completes its own checkpoints, so we do it for it: the bulk without any lock, then a short moment
/// under the writer lock in which nothing can be committed, so that the WAL ends up complete and the next writer resets it.
/// </summary>
internal sealed class Checkpoint(StoreContext context, Capture capture)
{
    /// <summary>SQLite's own default threshold (wal_autocheckpoint).</summary>
    private const uint TriggerFrames = 1000;

    /// <summary>Longest try for the writer lock while we hold a mark: an application's RESTART may hold it and wait for that mark.</summary>
    private static readonly TimeSpan WriterLockPatience = TimeSpan.FromMilliseconds(20);

    private const int CompletionTries = 20;

    /// <summary>Longest wait for a checkpoint of somebody else while nobody can commit: an application's RESTART may wait for the writer lock, which is ours.</summary>
    private static readonly TimeSpan CheckpointLockPatience = TimeSpan.FromMilliseconds(20);

    /// <summary>Then it gets as long without us: as a rule its checkpoint waits for the disk, and the WAL grows meanwhile. If that was not enough, five times as long.</summary>
    private static readonly TimeSpan FirstCheckpointLockPause = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan CheckpointLockPause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan PinnedPause = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The generation is long and something of it is not in the database file. Not "many frames": an application's own checkpoints follow our marks
    /// closely and still never complete. Not the file's size either: a complete WAL that no writer has reset yet needs nothing.
    /// </summary>
    public static bool IsWanted(WalIndexHeader index) => index.MxFrame >= TriggerFrames && !index.IsFullyBackfilled;

    /// <summary>For the status: who keeps the WAL from being reset, since when; null while nobody does.</summary>
    public static string? DescribePinned(HotDatabase hot) => hot.PinnedSince is { } since
        ? string.Create(CultureInfo.InvariantCulture, $"wal pinned by a reader since {since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}; nothing is lost, it grows until that transaction of the application ends")
        : null;

    /// <summary>False when it could not be completed: a writer was faster, or a reader of the application pins the WAL. Nothing is lost then.</summary>
    public bool TryComplete(ReplicatedDatabase database, HotDatabase hot, long since)
    {
        if (!DatabaseFiles.At(database.Path).AreSameFiles(hot.Files))
            throw new CaptureException(DatabaseStatus.Active, DatabaseReason.Hot, $"The files of {database.Path} were replaced", retryIn: TimeSpan.Zero);
        var begun = context.Time.GetTimestamp();
        // Bulk: safe at any time on every version of SQLite while our mark stands. The fsync happens here, outside the writer lock.
        hot.Spare.TryCheckpoint(NativeSqlite.CheckpointPassive, out _);
        hot.Holder.SyncDatabase();
        capture.Round(database, hot, since);
        var isComplete = TryCompleteAsWriter(database, hot, since, out var result);
        Report(database, hot, isComplete, result);
        hot.NextCheckpointAt = hot.PinnedSince is not null ? context.In(PinnedPause)
            : !result.WasRefused ? 0
            : context.In(hot.WasCheckpointRefused ? CheckpointLockPause : FirstCheckpointLockPause);
        hot.WasCheckpointRefused = result.WasRefused;
        // Not by its path: it may have been moved away in this moment, and what we wrote to it is not somebody else's.
        if (hot.Holder.HeldFile(hot.LastMain) is { } now)
            hot.LastMain = now;
        database.Count(c => c with
        {
            Checkpoints = c.Checkpoints + 1,
            CheckpointErrors = c.CheckpointErrors + (isComplete ? 0 : 1),
            CheckpointSeconds = c.CheckpointSeconds + context.Time.GetElapsedTime(begun).TotalSeconds,
        });
        return isComplete;
    }

    private bool TryCompleteAsWriter(ReplicatedDatabase database, HotDatabase hot, long since, out CheckpointResult result)
    {
        var (holder, writer) = (hot.Holder, hot.Spare);
        result = new(0, -1);
        if (!TryBecomeWriter(writer))
            return false;
        try
        {
            // Nobody commits now: the writer's own snapshot is a mark at the very end, and what is captured here is everything.
            capture.CaptureAll(database, hot, writer, since, null);
            holder.EndTransaction();
            Faults.Reach(FaultPoint.CheckpointUnderLock);
            result = CompleteUnderLock(holder);
            Faults.Reach(FaultPoint.CheckpointComplete);
            holder.BeginMark();
            // Nobody wrote since: what the new mark stands for is captured.
            hot.SetCaptured(holder.WalIndex.Read() ?? hot.Captured, context.Time.GetTimestamp());
        }
        finally
        {
            writer.EndTransaction();
        }
        if (!result.IsComplete)
            return false;
        if (holder.WalLength() > context.Options.WalCapBytes)
            writer.TryCheckpoint(NativeSqlite.CheckpointTruncate, out _);
        return true;
    }

    /// <summary>
    /// A reader in passing leaves a few frames, a long one leaves all: asked again a few times. An application's own checkpoint, which runs behind its commit and waits for
    /// the disk, ends soon: until then nobody else can checkpoint.
    /// </summary>
    private static CheckpointResult CompleteUnderLock(EngineConnection connection)
    {
        var begun = Stopwatch.GetTimestamp();
        for (var tries = 0; ;)
        {
            var hasRun = connection.TryCheckpoint(NativeSqlite.CheckpointPassive, out var result);
            if (result.IsComplete || (hasRun ? ++tries == CompletionTries : Stopwatch.GetElapsedTime(begun) > CheckpointLockPatience))
                return result;
            LockPause.Wait();
        }
    }

    private static bool TryBecomeWriter(EngineConnection writer)
    {
        var begun = Stopwatch.GetTimestamp();
        do
        {
            if (!writer.WalIndex.IsBeingWritten() && writer.TryBeginImmediate())
                return true;
            LockPause.Wait();
        }
        while (Stopwatch.GetElapsedTime(begun) < WriterLockPatience);
        return false;
    }

    private void Report(ReplicatedDatabase database, HotDatabase hot, bool isComplete, CheckpointResult result)
    {
        if (isComplete || result.CheckpointedFrames < 0)
        {
            hot.PinnedSince = isComplete ? null : hot.PinnedSince;
            return;
        }
        if (hot.PinnedSince is not null)
            return;
        hot.PinnedSince = context.Time.GetUtcNow();
        context.Log.WalPinned(database.Name, hot.PinnedSince.Value, hot.Holder.WalLength());
    }
}
