using Litestream.Sqlite;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// Captures a small database that its application opened, wrote and closed again, as those do that open one for each request. Its file is the whole database
/// then, and is read as that: SQLite would make a WAL and its shared memory for us, delete them again, and lock the application out for a moment. Nothing is locked here: SQLite
/// writes to the file only beside a WAL or a journal, so that a whole file that nobody has open, and that did not change while it was read, is what was committed. Anything else
/// is for <see cref="Opening"/>. What is deleted before its file has settled is captured as of the commit before, as within any sync interval.
/// </summary>
internal sealed class ClosedCapture(StoreContext context, Opening opening, Resync resync, LiveCheck liveCheck)
{
    /// <summary>Read in less than a millisecond, and kept whole until it is compared.</summary>
    private const int MostBytes = 1 << 20;

    /// <summary>A little longer than time stamps need to settle (<see cref="FileStat.IsSettled"/>).</summary>
    private static readonly TimeSpan SettlingTime = TimeSpan.FromMilliseconds(110);

    /// <summary>Who keeps it open, or goes on writing, for longer than this is followed in its WAL.</summary>
    private static readonly TimeSpan LongestPatience = TimeSpan.FromMilliseconds(200);

    /// <summary>From one capture to the next; the file settles after it.</summary>
    private TimeSpan Pause => context.Options.SyncInterval - SettlingTime;

    private TimeSpan Patience => Pause < LongestPatience ? Pause : LongestPatience;

    /// <summary>Timestamp of the next look; null: it must be opened.</summary>
    public long? TryRun(ReplicatedDatabase database, ChainStart chain, long since)
    {
        if (FileStat.Of(database.Path) is not { } file || !IsFor(database, chain, file))
            return null;
        var nextAt = database.ClosedCaptureAt + context.Ticks(Pause);
        if (context.Time.GetTimestamp() < nextAt)
            return PutOff(database, nextAt);
        var closed = new RestingFiles(file, 0, default);
        var isClosed = closed.AreUnchanged(database.Path, null, 0);
        if (isClosed && file.IsSettled(context.Time.GetUtcNow()))
            return TryCapture(database, chain, closed, since) ? Lane.Never : null;
        // What was put off for a sync interval is not waited for any longer where somebody has it open.
        var isEarly = since != Lane.Never && context.Time.GetElapsedTime(isClosed ? Math.Max(since, nextAt) : since) < Patience;
        return isEarly ? PutOff(database, context.In(SettlingTime)) : null;
    }

    /// <summary>It rested without a WAL, and only its content can have changed; nobody waits, and nothing else is due that needs a mark.</summary>
    private bool IsFor(ReplicatedDatabase database, ChainStart chain, FileStat file) =>
        database.Book is { Resting: { WalInode: 0 } resting, LastProofAt: { } proved } book && resting.Main.IsSameFile(file) && file.SizeBytes <= MostBytes
        && database is { Exit: null, IsSyncWanted: false, IsReplaced: false } && Pause > TimeSpan.Zero
        && !chain.NeedsImage && database.Replicas.At(ReplicaStage.NeedsImage) == 0 && database.Replicas.All(r => r.Place.Root.Days is null)
        && !book.Labels.Any(l => l.IsOpen) && !liveCheck.IsAsked(database) && context.Time.GetUtcNow() - proved < context.Options.LiveCheckInterval;

    private static long PutOff(ReplicatedDatabase database, long until)
    {
        database.IsPutOff = true;
        return until;
    }

    private bool TryCapture(ReplicatedDatabase database, ChainStart chain, RestingFiles closed, long since)
    {
        var begun = context.Time.GetTimestamp();
        using var connection = opening.Connect(database, out var held);
        using var copy = held.IsUnchanged(closed.Main) ? PinnedDatabase.TryCopy(connection, held.SizeBytes) : null;
        if (copy is null || copy.PageSize != database.Book.PageSize || connection.IsOpenElsewhere(held) == true || !closed.AreUnchanged(database.Path, null, 0))
            return false;
        var staged = Stage(database, chain, copy, since == Lane.Never ? begun : since);
        Faults.Reach(FaultPoint.CooledNotBooked);
        database.Record(b => b with { Resting = closed });
        database.ClosedCaptureAt = begun;
        database.SetCapture(DatabaseStatus.Active, DatabaseReason.Cold);
        database.EndLook(0);
        database.Count(c => c with { Syncs = c.Syncs + (staged > 0 ? 1 : 0), SyncSeconds = c.SyncSeconds + context.Time.GetElapsedTime(begun).TotalSeconds });
        context.Log.CapturedClosed(database.Name, staged, copy.PageCount);
        return true;
    }

    /// <summary>Answers how many pages differed.</summary>
    private int Stage(ReplicatedDatabase database, ChainStart chain, PinnedDatabase copy, long noticedAt)
    {
        var table = opening.TakeTable(database, chain);
        var path = context.Folder.TableOf(database.Name);
        try
        {
            var staged = resync.StageDifference(database, table, copy, noticedAt);
            if (staged > 0 || chain.Table is not null)
                table.Save(path);
            database.MoveChain(chain, ChainStart.Taken);
            return staged;
        }
        catch
        {
            // What was staged before it went wrong is captured: the table must not fall behind.
            if (table.Txid == database.Book.Captured)
                table.TrySave(path);
            throw;
        }
    }
}
