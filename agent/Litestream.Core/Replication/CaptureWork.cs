using Litestream.Sqlite;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// The capture lane of a database, one run at a time: cold and unchanged, it stays cold; changed, it is opened; hot, it makes a round, checkpoints and
/// cools when it is quiet. Every answer is the timestamp of the next run.
/// </summary>
internal sealed class CaptureWork(StoreContext context, Staging staging, Capture capture, Opening opening, ClosedCapture closedCapture, Postponement postponement, Checkpoint checkpoint, LiveCheck liveCheck, Cooling cooling)
{
    /// <summary>
    /// A small database that no application has open is closed this soon after its last write: the application's own close would have removed the
    /// WAL, and expects it gone when it moves or replaces the file.
    /// </summary>
    private static readonly TimeSpan AloneQuietTime = TimeSpan.FromMilliseconds(100);

    /// <summary>The same where it is not known whether an application is connected.</summary>
    private static readonly TimeSpan QuickQuietTime = TimeSpan.FromSeconds(1);

    /// <summary>A database below this counts as small: it is read whole in 50 ms. By its size, as a busy machine must not make it large.</summary>
    private const long SmallBytes = 50_000_000;

    /// <summary>Quiet time in multiples of a full read: a wake may cost one.</summary>
    private const int QuietTimePerFullRead = 20;

    /// <summary>How long the time stamps of a checkpoint need to settle.</summary>
    private static readonly TimeSpan SettlingTime = TimeSpan.FromMilliseconds(150);

    /// <summary>As many are open as may be: those that close soon make room. First looks wait earlier than databases that were written.</summary>
    private static readonly TimeSpan CrowdedPause = TimeSpan.FromMilliseconds(100);

    private const int BriefFailures = 5;
    private const int TriesAtTheEnd = 50;
    private static readonly TimeSpan BriefPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan TableSaveInterval = TimeSpan.FromMinutes(5);

    /// <summary>Between the rounds of a writer that is faster than they are: others have their turn.</summary>
    private static readonly TimeSpan RoundRest = TimeSpan.FromMilliseconds(4);

    private int _hotCount;

    /// <summary>Databases with open connections.</summary>
    public int HotCount => Volatile.Read(ref _hotCount);

    /// <summary>Runs once. Never throws: one database's trouble stays its own.</summary>
    public long Run(ReplicatedDatabase database)
    {
        var (seen, since) = database.BeginLook();
        var wasHot = database.Hot is not null;
        database.Activity = CaptureActivity.Looking;
        try
        {
            var next = database.Exit is { IsClosed: false } exit ? LookLast(database, exit, since) : Look(database, seen, since);
            database.CaptureFailures = 0;
            return next;
        }
        catch (Exception e)
        {
            return Fail(database, e);
        }
        finally
        {
            database.Activity = CaptureActivity.None;
            Interlocked.Add(ref _hotCount, (database.Hot is not null ? 1 : 0) - (wasHot ? 1 : 0));
        }
    }

    private long Look(ReplicatedDatabase database, FileEvent seen, long since)
    {
        if (database.Exit is not null || database.Replicas.AreFenced)
            return Suspend(database);
        if (database.Hold is { } hold)
        {
            CloseHot(database);
            hold.TrySetResult();
            return Lane.Never;
        }
        if (database.Book.IsPaused)
        {
            if (database.Book.IsReleased)
                database.SetCapture(DatabaseStatus.Paused, DatabaseReason.Released, "this host gave it up: another one may take it over; `litestream start -take-over` brings it back to this one");
            else
                database.SetCapture(DatabaseStatus.Paused, DatabaseReason.PausedByUser, "paused by a person");
            return Suspend(database);
        }
        if (database.PairWantedBy is { } replica)
            StagePair(database, replica);
        return database.Hot is { } hot ? LookHot(database, hot, seen, since) : LookCold(database, seen, since);
    }

    /// <summary>Two empty files as the next transaction, if everything before it is in the replica: the snapshot that is due ends before them.</summary>
    private void StagePair(ReplicatedDatabase database, DatabaseReplica replica)
    {
        database.PairWantedBy = null;
        var book = database.Book;
        if (database.Chain is null or { NeedsImage: true } || !replica.IsCurrent)
            return;
        var pair = book.Captured.Next;
        staging.StageEmpty(database, 0, pair, book.PageSize, book.PageCount, book.PostSum);
        staging.StageEmpty(database, 1, pair, book.PageSize, book.PageCount, book.PostSum);
        var table = database.Hot?.Table ?? database.Chain?.Table ?? PageTable.TryLoad(context.Folder.TableOf(database.Name));
        if (table is null || table.Txid != book.Captured || table.Sum != book.PostSum)
            return;
        table.StandFor(pair);
        if (database.Hot is null)
            table.TrySave(context.Folder.TableOf(database.Name));
    }

    private long LookCold(ReplicatedDatabase database, FileEvent seen, long since)
    {
        var book = database.Book;
        if (IsAtRest(database))
        {
            // At rest since before this start: whoever asks whether it is in a replica makes us look at one.
            if (database.Chain is null && database.IsSyncWanted && database.Replicas.Published < book.Captured)
                return AskForChain(database);
            database.SetCapture(DatabaseStatus.Active, DatabaseReason.Cold);
            database.EndLook(0, isAtRest: true);
            return Lane.Never;
        }
        Opening.CheckFile(database);
        if (database.Chain is not { } chain)
            return AskForChain(database);
        CheckSpool(database);
        if (closedCapture.TryRun(database, chain, since) is { } next)
            return next;
        if (database.Exit is null && HotCount >= context.Options.MaxHot && (database.CaptureLane.IsBackground || HotCount >= context.Options.MaxHot + context.Options.MaxHot / 4))
            return context.In(CrowdedPause);
        database.Activity = CaptureActivity.Opening;
        try
        {
            database.Hot = opening.Open(database, chain, since);
        }
        finally
        {
            database.Activity = CaptureActivity.Looking;
        }
        var hot = database.Hot;
        database.SetCapture(DatabaseStatus.Active, DatabaseReason.Hot);
        database.EndLook(hot.Holder.WalLength());
        context.Log.Hot(database.Name);
        // Opened for a first look: nobody is writing, so it need not stay open.
        if (!seen.IsNews() && database.CaptureLane.IsBackground)
            hot.LastWriteAt = context.In(-TimeSpan.FromDays(1));
        return NextRun(database, hot, since);
    }

    /// <summary>Cold, unchanged, and nobody wants anything of it for which it must be opened.</summary>
    private bool IsAtRest(ReplicatedDatabase database)
    {
        var book = database.Book;
        return book.Resting is { } resting
            && database.Chain is not { NeedsImage: true }
            && database.Replicas.At(ReplicaStage.NeedsImage) == 0
            && resting.AreUnchanged(database.Path, book.Position, book.PageSize)
            && !liveCheck.IsAsked(database)
            && RestoreOutcome.OpenOne(database) is null;
    }

    private long LookHot(ReplicatedDatabase database, HotDatabase hot, FileEvent seen, long since)
    {
        var files = DatabaseFiles.At(database.Path);
        if (!files.AreSameFiles(hot.Files))
            return CloseReplaced(database, hot, files, since);
        if (database.Chain is not { IsTaken: true })
        {
            // A replica's lane found the chain broken: begin again with what it finds out.
            CloseHot(database);
            return 0;
        }
        var begun = context.Time.GetTimestamp();
        if (postponement.Until(database, hot, seen, begun) is { } later)
            return later;
        CheckSpool(database);
        var took = context.Time.GetElapsedTime(since == Lane.Never ? hot.CapturedAt : Math.Max(since, hot.CapturedAt), begun);
        hot.LastMain = files.Main!.Value;
        hot.WalBytes = files.Wal?.SizeBytes ?? 0;
        var (before, indexBefore) = (database.Book.Captured, hot.Captured);
        var index = capture.Round(database, hot, since);
        // Seen, and nothing there: the commit's frames may be on their way to the disk, and the wal-index follows without an event.
        hot.IsUnexplained = (since != Lane.Never || seen.IsNews()) && database.Book.Captured == before;
        database.EndLook(index.MxFrame * (long)(index.PageSize + WalFrameHeader.SizeBytes));
        database.Count(c => c with { SyncSeconds = c.SyncSeconds + context.Time.GetElapsedTime(begun).TotalSeconds });
        if (!Checkpoint.IsWanted(index))
            (hot.PinnedSince, hot.WasCheckpointRefused) = (null, false);
        database.SetCapture(DatabaseStatus.Active, DatabaseReason.Hot, Checkpoint.DescribePinned(hot), hot.PinnedSince);
        if (Checkpoint.IsWanted(index) && begun >= hot.NextCheckpointAt)
            checkpoint.TryComplete(database, hot, since);
        if (context.Time.GetElapsedTime(hot.TableSavedAt) > TableSaveInterval)
        {
            hot.Table.Save(context.Folder.TableOf(database.Name));
            hot.TableSavedAt = begun;
        }
        hot.RoundPause = hot.PinnedSince is null ? RoundPace.Next(indexBefore, index, took, hot.RoundPause, context.Options.SyncInterval, AreFilesQueued(database)) : context.Options.SyncInterval;
        hot.NextRoundAt = Math.Max(hot.CapturedAt + context.Ticks(hot.RoundPause), context.In(RoundRest));
        var next = NextRun(database, hot, since);
        return hot.RoundPause < context.Options.SyncInterval && database.Hot is not null ? Math.Min(next, hot.NextRoundAt) : next;
    }

    private static bool AreFilesQueued(ReplicatedDatabase database)
    {
        lock (database.Gate)
            return database.Staged.AreQueued;
    }

    /// <summary>Cools a quiet database, else says when to look again.</summary>
    private long NextRun(ReplicatedDatabase database, HotDatabase hot, long since)
    {
        var options = context.Options;
        if (database.Exit is null && liveCheck.IsDue(database, hot) && !liveCheck.RunSlice(database, hot, since))
            return context.In(options.SyncInterval);
        var isSmall = (long)hot.Table.PageCount * hot.Table.PageSize < SmallBytes;
        var quietFor = context.Time.GetElapsedTime(hot.LastWriteAt);
        var quietTime = HotCount > options.MaxHot ? QuickQuietTime : Longer(options.QuietTime, hot.FullReadTime * QuietTimePerFullRead);
        if (quietFor >= quietTime || (isSmall && MayBeAlone(hot, quietFor)))
        {
            switch (cooling.TryCool(database, hot, since, evenIfConnected: quietFor >= quietTime))
            {
                case CoolingResult.Cold:
                    database.Replicas.Wake(r => r.Place.Copies.Has(database.Name));
                    return Lane.Never;
                case CoolingResult.LookAgain:
                case CoolingResult.NotYet:
                    return context.In(SettlingTime);
                case CoolingResult.Connected:
                    hot.FoundConnectedAt = hot.LastWriteAt;
                    break;
            }
        }
        if (isSmall && quietFor < AloneQuietTime)
            return context.In(AloneQuietTime);
        return context.In(hot.Unbackfilled > 0 || isSmall || hot.IsUnexplained ? options.SyncInterval : Longer(quietTime - quietFor, options.SyncInterval));
    }

    /// <summary>
    /// Known to be alone: its application is gone, close soon. Where the kernel does not tell, trying breaks the mark for a moment, so it is tried
    /// once after each write and not at once.
    /// </summary>
    private static bool MayBeAlone(HotDatabase hot, TimeSpan quietFor) => hot.Holder.IsOpenElsewhere(hot.Files.Main!.Value) switch
    {
        true => false,
        false => quietFor >= AloneQuietTime,
        null => quietFor >= QuickQuietTime && hot.FoundConnectedAt != hot.LastWriteAt,
    };

    /// <summary>
    /// Other files stand at the paths of an open database. Deleted or replaced: what is left in the old one is captured, then its leftovers go. Only the
    /// WAL removed: what was in it is lost to the application too, so nothing of it is captured.
    /// </summary>
    private long CloseReplaced(ReplicatedDatabase database, HotDatabase hot, DatabaseFiles files, long since)
    {
        var isSameDatabase = files.Main is { } now && hot.Files.Main is { } ours && now.IsSameFile(ours);
        try
        {
            // Under the mark that is held: opening another connection by path would open another file.
            if (!isSameDatabase)
                capture.CaptureAll(database, hot, hot.Holder, since, null);
        }
        catch (LitestreamException e)
        {
            context.Log.Troubled(database.Name, $"the last commits of a deleted or replaced file could not be captured: {e.Message}");
            database.FailSyncs();
        }
        database.IsReplaced |= !isSameDatabase && files.Main is not null;
        var fate = Leftovers.Settle(database.Path, hot, opening.IsOpenHere);
        CloseHot(database);
        database.Record(b => b with { Position = null, Resting = null });
        if (fate is { Length: > 0 })
            context.Log.LeftoversSettled(database.Name, fate);
        return 0;
    }

    /// <summary>The database leaves the store: a last look, then nothing of it is open.</summary>
    private long LookLast(ReplicatedDatabase database, DatabaseExit exit, long since)
    {
        // Not captured (any more), or deleted before it was opened: nobody can say what was committed last, so no sync may say that it is in the replica.
        var isUnknown = database.Book.IsPaused || database.Replicas.AreFenced || (database.Hot is null && FileStat.Of(database.Path) is null);
        try
        {
            if (!isUnknown && database.Hot is null && database.MayHaveChanged)
            {
                if (database.Chain is null)
                    return AskForChain(database);
                LookCold(database, FileEvent.Wal, since);
            }
            else if (!isUnknown && database.Hot is { } open && LookHot(database, open, FileEvent.Database, since) == 0 && FileStat.Of(database.Path) is not null)
                return 0;
            if (database.Hot is { } hot)
                cooling.TryCool(database, hot, since, evenIfConnected: false);
            if (database.Hot is { } unsettled)
                Cooling.CloseTidily(database, unsettled);
        }
        finally
        {
            CloseHot(database);
        }
        if (isUnknown)
            database.FailSyncs();
        database.EndLook(0);
        exit.IsClosed = true;
        database.Replicas.WakeAll();
        return Lane.Never;
    }

    /// <summary>A replica's lane finds out where the chain stands, and has this lane look again.</summary>
    private static long AskForChain(ReplicatedDatabase database)
    {
        database.Activity = CaptureActivity.None;
        database.Replicas.WakeAll();
        return Lane.Never;
    }

    private void CheckSpool(ReplicatedDatabase database)
    {
        // What one replica has, another that is late may get from an image: it must not fill the disk, nor stop anything.
        if (context.Spool.LateBytes >= context.Options.SpoolCapBytes)
            GiveUpLate(database);
        if (context.Spool.WaitingBytes >= context.Options.SpoolCapBytes)
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.SpoolFull,
                $"{context.Spool.WaitingBytes / 1_000_000} MB wait for the replica, the cap of the spool is reached: {database.Path} is not captured until the replica takes them",
                "nothing committed is lost, but the seconds until then cannot be restored one by one; see why the replica does not answer, or raise -spool-cap");
    }

    /// <summary>Replicas that are late get an image when they answer again; what waited for them goes.</summary>
    private static void GiveUpLate(ReplicatedDatabase database)
    {
        lock (database.Gate)
        {
            var late = database.Staged.Late;
            foreach (var replica in database.Replicas.In(late))
                replica.Stage = ReplicaStage.Unknown;
            database.Staged.Release(late, _ => true);
        }
    }

    /// <summary>Paused, fenced or gone: nothing is captured until something changes that.</summary>
    private long Suspend(ReplicatedDatabase database)
    {
        CloseHot(database);
        database.FailSyncs(onlyTaken: true);
        return Lane.Never;
    }

    /// <summary>Closes without the care that cooling takes: the next look finds out what changed. The page table is kept for it.</summary>
    private void CloseHot(ReplicatedDatabase database)
    {
        if (database.Hot is not { } hot)
            return;
        database.Hot = null;
        hot.CloseSpare();
        Leftovers.Close(database.Path, hot.Holder, hot.LastMain, hot.Files);
        if (hot.Table.Txid == database.Book.Captured)
            hot.Table.TrySave(context.Folder.TableOf(database.Name));
    }

    private long Fail(ReplicatedDatabase database, Exception error)
    {
        var failure = CaptureFailure.Of(error, database.Path);
        database.CaptureFailures++;
        CloseHot(database);
        // A lock that an application holds for a moment (it closes, recovers, changes mode) is no news.
        var isBrief = failure.Reason == DatabaseReason.Locked && database.CaptureFailures <= BriefFailures;
        var wait = failure.RetryIn ?? (isBrief ? BriefPause : failure.Reason == DatabaseReason.Locked ? Backoff.First : Backoff.After(database.CaptureFailures));
        if (!isBrief && (wait != TimeSpan.Zero || database.CaptureFailures > BriefFailures))
        {
            if (failure.Status == DatabaseStatus.Error && database.Snapshot().Reason != failure.Reason)
                context.Log.Troubled(database.Name, failure.Hint is null ? failure.Message : $"{failure.Message} (hint: {failure.Hint})");
            database.SetCapture(failure.Status, failure.Reason, failure.Hint is null ? failure.Message : $"{failure.Message}; {failure.Hint}");
            database.Count(c => c with { SyncErrors = c.SyncErrors + (failure.Status == DatabaseStatus.Error ? 1 : 0) });
            if (!failure.PassesByItself)
                database.FailSyncs(onlyTaken: true);
        }
        if (database.Exit is { IsClosed: false } exit)
        {
            // A lock, or a page table that is built anew: a moment later it may go. Whoever stops the store has set the time for it.
            if (database.CaptureFailures <= TriesAtTheEnd && failure.Status != DatabaseStatus.Error && failure.RetryIn != Timeout.InfiniteTimeSpan)
                return context.In(BriefPause);
            // What could never be captured is named in the status all along; this could have been.
            exit.IsIncomplete = failure.Reason is DatabaseReason.Locked or DatabaseReason.Pending or DatabaseReason.SpoolFull or DatabaseReason.StateDiskFull or DatabaseReason.DatabaseDiskFull;
            exit.IsClosed = true;
            database.Replicas.WakeAll();
            return Lane.Never;
        }
        if (failure.Reason is DatabaseReason.EmptyFile or DatabaseReason.FileMissing)
        {
            RestoreOutcome.SettleWithoutFile(database, context.Log);
            // What comes next at this path is another database: it may be switched to WAL in its turn.
            if (database.Book.SwitchedInode != 0)
                database.Record(b => b with { SwitchedInode = 0 });
            database.EndLook(0);
        }
        return wait == Timeout.InfiniteTimeSpan ? Lane.Never : context.In(wait == TimeSpan.Zero && database.CaptureFailures > BriefFailures ? Backoff.First : wait);
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
