using Litestream.Ltx;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// The lane of one replica of a database, one run at a time: find out where the chain stands, publish what is staged, compact, delete what nobody needs.
/// Every answer is the timestamp of the next run.
/// </summary>
internal sealed class PublishWork(
    StoreContext context, Discovery discovery, Publishing publishing, Compaction compaction, NewDay newDay, DayRetention oldDays, CancellationToken stopping)
{
    private static readonly TimeSpan CapturePause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan RetryUpkeep = TimeSpan.FromMinutes(1);

    /// <summary>Runs once. Never throws: one database's trouble stays its own.</summary>
    public async Task<long> RunAsync(DatabaseReplica replica)
    {
        try
        {
            if (replica.State.Status != DatabaseStatus.Lost)
                ForeignChain.RefuseLost(replica.Database);
            // What was given up may be another's by now: not even retention goes on.
            var isOff = replica.IsFenced || replica.Database.Book.IsReleased;
            var isDone = isOff || (replica.Database.Exit is { IsClosed: true } && IsEverythingPublished(replica));
            var next = isDone ? Lane.Never : await WorkAsync(replica).ConfigureAwait(false);
            if (replica.Database.Exit is { IsClosed: true } exit && (isOff || IsEverythingPublished(replica)))
            {
                replica.Place.Copies.DropAll(replica.Database.Name);
                Complete(replica, exit);
                return Lane.Never;
            }
            // Not touched, or still to be looked at: that is no news.
            if (isOff || replica.IsFenced || replica.Stage == ReplicaStage.Unknown)
                return next;
            if (replica.Failures > 0)
                context.Log.Recovered(replica.Database.Name);
            replica.Failures = 0;
            return next;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return Lane.Never;
        }
        catch (StorageException e) when (e.Fault == StorageFault.Full)
        {
            await MakeRoomAsync(replica).ConfigureAwait(false);
            return Fail(replica, e);
        }
        catch (Exception e)
        {
            return Fail(replica, e);
        }
    }

    /// <summary>Nothing is staged, and nothing of an earlier run waits to be taken up.</summary>
    private bool IsEverythingPublished(DatabaseReplica replica) => replica.PeekStaged() is null && !context.Spool.HasEarlier(replica.Database.Name);

    /// <summary>A full replica frees itself as far as retention allows.</summary>
    private async Task MakeRoomAsync(DatabaseReplica replica)
    {
        try
        {
            await RetainAsync(replica).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The failure that brought us here is the one to report; books on the same full disk fail as well.
        }
    }

    private async Task<long> WorkAsync(DatabaseReplica replica)
    {
        if (replica.Stage == ReplicaStage.Unknown)
        {
            // Nothing may be captured while it is found out where the chain stands.
            if (replica.Database.Chain is null && replica.Database.Activity != CaptureActivity.None)
                return context.In(CapturePause);
            if (replica.Database.Chain is null && replica.Database.Hot is not null)
            {
                // The capture lane closes first, and asks again.
                replica.Database.CaptureLane.Wake();
                return Lane.Never;
            }
            await discovery.RunAsync(replica, stopping).ConfigureAwait(false);
            replica.Database.CaptureLane.Wake();
            if (replica.Stage == ReplicaStage.Unknown)
                return Lane.Never;
        }
        if (replica.Stage == ReplicaStage.Follows && replica.TakeDamage() is { } damage)
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.ReplicaDamaged, damage);
        var (published, isPairOut) = (false, false);
        while (replica.PeekStaged() is { } staged)
        {
            if (!await newDay.TryBeginAsync(replica, staged, stopping).ConfigureAwait(false))
            {
                // A day that somebody began already: look at it as after a start.
                replica.Stage = ReplicaStage.Unknown;
                return 0;
            }
            // What has a folder for its replica waits for the disk on this thread: others have their turn before the next file.
            if (published)
                await Task.Yield();
            await publishing.PublishAsync(replica, staged, stopping).ConfigureAwait(false);
            await NewDay.ConfirmAsync(replica, stopping).ConfigureAwait(false);
            published = true;
            isPairOut |= staged.File is { Level: 1, IsEmpty: true };
        }
        replica.SetState(DatabaseStatus.Active, DatabaseReason.None);
        // An image is on its way that continues level 1 as it is: mergers go on behind it.
        if (replica.Database.Exit is not null || replica.Stage == ReplicaStage.NeedsImage)
            return Lane.Never;
        await CompactAndRetainAsync(replica, published, isPairOut).ConfigureAwait(false);
        if (replica.UpkeepWanted is { } wanted)
            await ServeAsync(replica, wanted).ConfigureAwait(false);
        // Quiet now: the capture lane may have waited for the replica to let the database cool.
        if (published && replica.Database.Hot is not null)
            replica.Database.CaptureLane.WakeAt(context.In(context.Options.SyncInterval));
        return replica.CompactionAt;
    }

    /// <summary>Asks the books only when something can be due: they know thousands of files of a busy database.</summary>
    private async Task CompactAndRetainAsync(DatabaseReplica replica, bool published, bool isPairOut)
    {
        var isMergeDue = context.Time.GetTimestamp() >= replica.CompactionAt;
        var isDue = isPairOut || context.Time.GetUtcNow() >= replica.Book.DueAt;
        if (isMergeDue || isDue || published)
            await publishing.LookIfFenceMayHaveExpiredAsync(replica, stopping).ConfigureAwait(false);
        if (isMergeDue || (published && replica.CompactionAt == Lane.Never))
            replica.CompactionAt = await compaction.RunDueAsync(replica, stopping).ConfigureAwait(false);
        if (replica.CompactionAt == Lane.Never && replica.Database.Hot is null)
            replica.Place.Copies.DropAll(replica.Database.Name);
        if (isDue && replica.CompactionAt == Lane.Never)
            await CloseWithSnapshotAsync(replica).ConfigureAwait(false);
        if (isDue || isMergeDue)
            await RetainAsync(replica).ConfigureAwait(false);
        BookMerger(replica);
    }

    /// <summary>A merger that waits must not be forgotten when the agent ends before it: the sweep of the next run asks for it.</summary>
    private void BookMerger(DatabaseReplica replica)
    {
        if (replica.CompactionAt == Lane.Never)
            return;
        var at = context.Time.GetUtcNow() + context.Time.GetElapsedTime(context.Time.GetTimestamp(), replica.CompactionAt);
        if (replica.Book.DueAt is null || replica.Book.DueAt > at)
            replica.Record(b => b with { DueAt = at });
    }

    /// <summary>Nobody writes: the last commits get into a snapshot once, and then nothing is ever due any more.</summary>
    private async Task CloseWithSnapshotAsync(DatabaseReplica replica)
    {
        if (Upkeep.NeedsPair(replica.Database.Name, replica.Place.Books.AllFiles(replica.Database.Name), replica.Place.Points, context.Time.GetUtcNow()))
        {
            replica.Database.PairWantedBy = replica;
            replica.Database.CaptureLane.Wake();
            return;
        }
        await compaction.SnapshotAsync(replica, stopping).ConfigureAwait(false);
    }

    /// <summary>What somebody asked for, whatever is due. A snapshot of the newest state needs a pair behind it, which brings the lane back here.</summary>
    private async Task ServeAsync(DatabaseReplica replica, UpkeepRequest wanted)
    {
        if (wanted.Snapshot)
        {
            await compaction.MergeLevel1Async(replica, replica.Book.Published, stopping).ConfigureAwait(false);
            if (Upkeep.NeedsPair(replica.Database.Name, replica.Place.Books.AllFiles(replica.Database.Name), replica.Place.Points with { SnapshotInterval = TimeSpan.Zero }, context.Time.GetUtcNow()))
            {
                replica.Database.PairWantedBy = replica;
                replica.Database.CaptureLane.Wake();
                return;
            }
            await compaction.SnapshotAsync(replica, stopping, isDue: true).ConfigureAwait(false);
        }
        if (wanted.Retention)
            await RetainAsync(replica).ConfigureAwait(false);
        replica.EndUpkeep(wanted);
    }

    private async Task RetainAsync(DatabaseReplica replica)
    {
        var (now, points) = (context.Time.GetUtcNow(), replica.Place.Points);
        var files = replica.Place.Books.AllFiles(replica.Database.Name);
        var doomed = Retention.Choose(files, now, points.L0Retention, points.Window, replica.Database.Book.Labels);
        if (doomed.Count > 0)
        {
            Faults.Reach(FaultPoint.RetentionChosen);
            await replica.Storage.DeleteAsync(doomed, stopping).ConfigureAwait(false);
            Faults.Reach(FaultPoint.RetentionNotBooked);
            replica.Place.Books.RemoveFiles(replica.Database.Name, doomed);
        }
        // What only a label keeps falls due with the label's end.
        var held = Retention.Choose(files, now, points.L0Retention, points.Window, []).Except(doomed).ToList();
        var next = Upkeep.NextDue(replica.Database.Name, [.. files.Except(doomed).Except(held)], points);
        if (held.Count > 0 && replica.Database.Book.Labels.Where(l => l.Until > now).Select(l => l.Until).DefaultIfEmpty().Min() is var end && (next is null || end < next))
            next = end;
        if (await RetainDaysAsync(replica, now).ConfigureAwait(false) is { } dayEnds && dayEnds < (next ?? DateTimeOffset.MaxValue))
            next = dayEnds;
        // What is due and was not done (the pair is on its way) is looked at again in a minute.
        var dueAt = next <= now ? now + RetryUpkeep : next;
        if (dueAt != replica.Book.DueAt)
            replica.Record(b => b with { DueAt = dueAt });
    }

    /// <summary>When the next old day goes; null when there is none. Listed once after a start, and when a day begins or one may go.</summary>
    private async Task<DateTimeOffset?> RetainDaysAsync(DatabaseReplica replica, DateTimeOffset now)
    {
        if (replica.Place.Root.Days is null)
            return null;
        if (now >= replica.OldDaysDueAt)
            replica.OldDaysDueAt = await oldDays.RunAsync(replica, stopping).ConfigureAwait(false) ?? DateTimeOffset.MaxValue;
        return replica.OldDaysDueAt;
    }

    private long Fail(DatabaseReplica replica, Exception error)
    {
        var failure = FailureOf(error);
        replica.Failures++;
        if (failure.Reason == DatabaseReason.ReplicaDamaged && replica.Stage == ReplicaStage.Follows)
            return Heal(replica, failure);
        var detail = failure.Hint is null ? failure.Message : $"{failure.Message}; {failure.Hint}";
        var isFenced = failure.Status is DatabaseStatus.SplitBrain or DatabaseStatus.Lost;
        if (isFenced)
            context.Log.SplitBrain(replica.Database.Name, detail);
        else if (replica.Failures == 1)
            context.Log.Troubled(replica.Database.Name, detail);
        replica.CountError();
        if (!isFenced)
            replica.SetState(failure.Status, failure.Reason, detail);
        else
        {
            replica.BeginFence(failure.Status, failure.Reason, detail);
            replica.Database.CaptureLane.Wake();
            if (replica.Database.Exit is { } leaving)
                Complete(replica, leaving);
            return Lane.Never;
        }
        // What only a person can mend is not waited for at the end, nor a replica that can get from the state directory what another has.
        var isSafe = replica.Database.Replicas.Count > 1 && replica.Database.Replicas.Published >= replica.Database.Book.Captured;
        if (replica.Database.Exit is { IsClosed: true } exit && (failure.Reason == DatabaseReason.ReplicaDamaged || isSafe))
            Complete(replica, exit);
        return context.In(failure.RetryIn ?? Backoff.After(replica.Failures));
    }

    private static void Complete(DatabaseReplica replica, DatabaseExit exit)
    {
        replica.FailUpkeep($"{replica.Database.Name} is not replicated any more");
        if (exit.Complete(replica.Place))
            replica.Database.End();
    }

    /// <summary>A file of our chain is missing or damaged: look at it again, and have the live database published anew.</summary>
    private long Heal(DatabaseReplica replica, CaptureException failure)
    {
        context.Log.ChainDamaged(replica.Database.Name, failure.Message);
        replica.IsDamaged = true;
        if (replica.Database.Replicas.Any(r => r != replica && r.Stage == ReplicaStage.Follows))
            replica.Doubt();
        else
            replica.Database.ForgetChain();
        replica.Database.Record(b => b with { Resting = null });
        replica.SetState(failure.Status, failure.Reason, failure.Message);
        replica.Database.CaptureLane.Wake();
        return context.In(Backoff.First);
    }

    private static CaptureException FailureOf(Exception error) => error switch
    {
        CaptureException known => known,
        StorageException { Fault: StorageFault.Full } e => new(DatabaseStatus.Error, DatabaseReason.ReplicaDiskFull, e.Message, e.Hint),
        StorageException e when e.IsMissing || e.IsCut => new(DatabaseStatus.Error, DatabaseReason.ReplicaDamaged, e.Message, e.Hint),
        StorageException e => new(DatabaseStatus.Error, DatabaseReason.ReplicaUnavailable, e.Message, e.Hint),
        DamagedFileException e => new(DatabaseStatus.Error, DatabaseReason.ReplicaDamaged, e.Message, e.Hint),
        LtxFormatException e => new(DatabaseStatus.Error, DatabaseReason.ReplicaDamaged, e.Message, e.Hint),
        _ => CaptureFailure.Of(error, "the publish lane"),
    };
}
