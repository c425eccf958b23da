using Litestream.Ltx;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// The publish lane of a database, one run at a time: find out where the chain stands, publish what is staged, compact, delete what nobody needs.
/// Every answer is the timestamp of the next run.
/// </summary>
internal sealed class PublishWork(StoreContext context, Discovery discovery, Publishing publishing, Compaction compaction, CancellationToken stopping)
{
    private static readonly TimeSpan CapturePause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan RetryUpkeep = TimeSpan.FromMinutes(1);

    /// <summary>Runs once. Never throws: one database's trouble stays its own.</summary>
    public async Task<long> RunAsync(ReplicatedDatabase database)
    {
        try
        {
            var isDone = database.IsFenced || (database.Exit is { IsClosed: true } && IsEverythingPublished(database));
            var next = isDone ? Lane.Never : await WorkAsync(database).ConfigureAwait(false);
            if (database.Exit is { IsClosed: true } exit && (database.IsFenced || IsEverythingPublished(database)))
            {
                context.Copies.DropAll(database.Name);
                database.FailSyncs();
                exit.Complete();
                return Lane.Never;
            }
            if (database.PublishFailures > 0)
                context.Log.Recovered(database.Name);
            database.PublishFailures = 0;
            return next;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return Lane.Never;
        }
        catch (StorageException e) when (e.Fault == StorageFault.Full)
        {
            await MakeRoomAsync(database).ConfigureAwait(false);
            return Fail(database, e);
        }
        catch (Exception e)
        {
            return Fail(database, e);
        }
    }

    /// <summary>Nothing is staged, and nothing of an earlier run waits to be taken up.</summary>
    private bool IsEverythingPublished(ReplicatedDatabase database) => database.PeekStaged() is null && !context.Spool.HasLeftovers(database.Name);

    /// <summary>A full replica frees itself as far as retention allows.</summary>
    private async Task MakeRoomAsync(ReplicatedDatabase database)
    {
        try
        {
            await RetainAsync(database).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LitestreamException or OperationCanceledException)
        {
            // The failure that brought us here is the one to report.
        }
    }

    private async Task<long> WorkAsync(ReplicatedDatabase database)
    {
        if (database.Chain is null)
        {
            // Nothing may be captured while the chain is looked at.
            if (database.IsCapturing)
                return context.In(CapturePause);
            if (database.Hot is not null)
            {
                // The capture lane closes first, and asks again.
                database.CaptureLane.Wake();
                return Lane.Never;
            }
            await discovery.RunAsync(database, stopping).ConfigureAwait(false);
            database.CaptureLane.Wake();
        }
        var (published, isPairOut) = (false, false);
        while (database.PeekStaged() is { } staged)
        {
            await publishing.PublishAsync(database, staged, stopping).ConfigureAwait(false);
            published = true;
            isPairOut |= staged.File is { Level: 1, IsEmpty: true };
        }
        database.SetPublish(DatabaseStatus.Active, DatabaseReason.None);
        if (database.Exit is not null)
            return Lane.Never;
        await CompactAndRetainAsync(database, published, isPairOut).ConfigureAwait(false);
        // Quiet now: the capture lane may have waited for the replica to let the database cool.
        if (published && database.Hot is not null)
            database.CaptureLane.WakeAt(context.In(context.Options.SyncInterval));
        return database.CompactionAt;
    }

    /// <summary>Asks the books only when something can be due: they know thousands of files of a busy database.</summary>
    private async Task CompactAndRetainAsync(ReplicatedDatabase database, bool published, bool isPairOut)
    {
        var isMergeDue = context.Time.GetTimestamp() >= database.CompactionAt;
        var isDue = isPairOut || context.Time.GetUtcNow() >= database.Book.DueAt;
        if (isMergeDue || isDue || published)
            await publishing.LookIfFenceMayHaveExpiredAsync(database, stopping).ConfigureAwait(false);
        if (isMergeDue || (published && database.CompactionAt == Lane.Never))
            database.CompactionAt = await compaction.RunDueAsync(database, stopping).ConfigureAwait(false);
        if (database.CompactionAt == Lane.Never && database.Hot is null)
            context.Copies.DropAll(database.Name);
        if (isDue && database.CompactionAt == Lane.Never)
            await CloseWithSnapshotAsync(database).ConfigureAwait(false);
        if (isDue || isMergeDue)
            await RetainAsync(database).ConfigureAwait(false);
        BookMerger(database);
    }

    /// <summary>A merger that waits must not be forgotten when the agent ends before it: the sweep of the next run asks for it.</summary>
    private void BookMerger(ReplicatedDatabase database)
    {
        if (database.CompactionAt == Lane.Never)
            return;
        var at = context.Time.GetUtcNow() + context.Time.GetElapsedTime(context.Time.GetTimestamp(), database.CompactionAt);
        if (database.Book.DueAt is null || database.Book.DueAt > at)
            database.Record(b => b with { DueAt = at });
    }

    /// <summary>Nobody writes: the last commits get into a snapshot once, and then nothing is ever due any more.</summary>
    private async Task CloseWithSnapshotAsync(ReplicatedDatabase database)
    {
        if (Upkeep.NeedsPair(database.Name, context.Books.AllFiles(database.Name), context.Options, context.Time.GetUtcNow()))
        {
            database.IsPairWanted = true;
            database.CaptureLane.Wake();
            return;
        }
        await compaction.SnapshotAsync(database, stopping).ConfigureAwait(false);
    }

    private async Task RetainAsync(ReplicatedDatabase database)
    {
        var now = context.Time.GetUtcNow();
        var files = context.Books.AllFiles(database.Name);
        var doomed = Retention.Choose(files, now, context.Options.L0Retention, context.Options.Window, database.Book.Labels);
        if (doomed.Count > 0)
        {
            Faults.Reach(FaultPoint.RetentionChosen);
            await context.StorageOf(database).DeleteAsync(doomed, stopping).ConfigureAwait(false);
            Faults.Reach(FaultPoint.RetentionNotBooked);
            context.Books.RemoveFiles(database.Name, doomed);
        }
        // What only a label keeps falls due with the label's end.
        var held = Retention.Choose(files, now, context.Options.L0Retention, context.Options.Window, []).Except(doomed).ToList();
        var next = Upkeep.NextDue(database.Name, [.. files.Except(doomed).Except(held)], context.Options);
        if (held.Count > 0 && database.Book.Labels.Where(l => l.At > now - Label.Lifetime).Select(l => l.At + Label.Lifetime).DefaultIfEmpty().Min() is var end && (next is null || end < next))
            next = end;
        // What is due and was not done (the pair is on its way) is looked at again in a minute.
        var dueAt = next <= now ? now + RetryUpkeep : next;
        if (dueAt != database.Book.DueAt)
            database.Record(b => b with { DueAt = dueAt });
    }

    private long Fail(ReplicatedDatabase database, Exception error)
    {
        var failure = FailureOf(error);
        database.PublishFailures++;
        if (failure.Reason == DatabaseReason.ReplicaDamaged && database.Chain is not null)
            return Heal(database, failure);
        var detail = failure.Hint is null ? failure.Message : $"{failure.Message}; {failure.Hint}";
        if (failure.Status == DatabaseStatus.SplitBrain)
            context.Log.SplitBrain(database.Name, detail);
        else if (database.PublishFailures == 1)
            context.Log.Troubled(database.Name, detail);
        database.SetPublish(failure.Status, failure.Reason, detail);
        database.Count(c => c with { PublishErrors = c.PublishErrors + 1 });
        if (failure.Status == DatabaseStatus.SplitBrain)
        {
            database.DropStaged();
            database.CaptureLane.Wake();
            database.Exit?.Complete();
            return Lane.Never;
        }
        // What only a person can mend is not waited for at the end.
        if (failure.Reason == DatabaseReason.ReplicaDamaged && database.Exit is { IsClosed: true } exit)
            exit.Complete();
        return context.In(failure.RetryIn ?? Backoff.After(database.PublishFailures));
    }

    /// <summary>A file of our chain is missing or damaged: look at it again, and have the live database published anew.</summary>
    private long Heal(ReplicatedDatabase database, CaptureException failure)
    {
        context.Log.ChainDamaged(database.Name, failure.Message);
        database.IsChainDamaged = true;
        database.Chain = null;
        database.Record(b => b with { Resting = null });
        database.SetPublish(failure.Status, failure.Reason, failure.Message);
        database.CaptureLane.Wake();
        return context.In(Backoff.First);
    }

    private static CaptureException FailureOf(Exception error) => error switch
    {
        CaptureException known => known,
        StorageException { Fault: StorageFault.Full } e => new(DatabaseStatus.Error, DatabaseReason.ReplicaDiskFull, e.Message, e.Hint),
        StorageException { Fault: StorageFault.Missing } e => new(DatabaseStatus.Error, DatabaseReason.ReplicaDamaged, e.Message, e.Hint),
        StorageException e => new(DatabaseStatus.Error, DatabaseReason.ReplicaUnavailable, e.Message, e.Hint),
        DamagedFileException e => new(DatabaseStatus.Error, DatabaseReason.ReplicaDamaged, e.Message, e.Hint),
        LtxFormatException e => new(DatabaseStatus.Error, DatabaseReason.ReplicaDamaged, e.Message, e.Hint),
        _ => CaptureFailure.Of(error, "the publish lane"),
    };
}
