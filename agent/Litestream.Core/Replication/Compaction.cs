using Litestream.Ltx;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// Step "compact": merges L0 into L1, L1 into L2 and so on, and everything into a snapshot now and then. Files of a level touch each other; levels
/// above 1 and snapshots always end before the newest L1 file, because genuine readers need an L1 file at the end of their plan.
/// </summary>
internal sealed class Compaction(StoreContext context)
{
    /// <summary>Does what is due. Answers the timestamp of what falls due next, <see cref="Lane.Never"/> when the newest L0 is in an L1 and only a new one can make work.</summary>
    public async Task<long> RunDueAsync(ReplicatedDatabase database, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        var waiting = FilesBehind(database, source: 0, EndOf(database, 1));
        var isMerged = false;
        foreach (var (due, interval) in CompactionSchedule.Cut(waiting, context.Options.LevelIntervals[0]))
        {
            // A file from the future (the clock was set back) would hold everything up.
            if (now < due && interval.TrueForAll(f => f.CreatedAt <= now))
                return isMerged ? await MergeAboveAsync(database, now, context.In(due - now), cancellationToken).ConfigureAwait(false) : context.In(due - now);
            await PublishMergerAsync(database, interval, 1, cancellationToken).ConfigureAwait(false);
            isMerged = true;
        }
        return isMerged ? await MergeAboveAsync(database, now, Lane.Never, cancellationToken).ConfigureAwait(false) : Lane.Never;
    }

    private async Task<long> MergeAboveAsync(ReplicatedDatabase database, DateTimeOffset now, long next, CancellationToken cancellationToken)
    {
        for (var level = 2; level <= context.Options.LevelIntervals.Count; level++)
            await MergeUpAsync(database, level, now, cancellationToken).ConfigureAwait(false);
        await SnapshotAsync(database, cancellationToken).ConfigureAwait(false);
        return next;
    }

    /// <summary>Brings L1 up to <paramref name="last"/>, whatever the clock says.</summary>
    public async Task MergeLevel1Async(ReplicatedDatabase database, Txid last, CancellationToken cancellationToken)
    {
        var waiting = FilesBehind(database, source: 0, EndOf(database, 1)).Where(f => f.MaxTxid <= last);
        foreach (var (_, interval) in CompactionSchedule.Cut(waiting, context.Options.LevelIntervals[0]))
            await PublishMergerAsync(database, interval, 1, cancellationToken).ConfigureAwait(false);
    }

    private async Task MergeUpAsync(ReplicatedDatabase database, int level, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var end = EndOf(database, level);
        var source = FilesBehind(database, level - 1, end.IsNone ? FirstImageEnd(database) : end);
        var newest = EndOf(database, 1);
        // Only intervals that are over, so that a file of this level ends with one.
        var due = source.TakeWhile(f => (level > 2 || f.MaxTxid < newest) && now >= CompactionSchedule.NextBoundary(f.CreatedAt, context.Options.LevelIntervals[level - 1])).ToList();
        if (due.Count > 0)
            await PublishMergerAsync(database, due, level, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Publishes a snapshot if one is due and there is something new for it, up to where the newest L1 file begins.</summary>
    public async Task SnapshotAsync(ReplicatedDatabase database, CancellationToken cancellationToken)
    {
        var files = context.Books.AllFiles(database.Name);
        var last = files.Where(f => f.Level == 1).Select(f => f.MinTxid.Previous).DefaultIfEmpty().Max();
        var due = Upkeep.SnapshotDueAt([.. files.Where(f => f.MaxTxid <= last)], context.Options.SnapshotInterval);
        if (due is null || context.Time.GetUtcNow() < due)
            return;
        var chain = ChainPlanner.Choose(files.Where(f => f.MaxTxid <= last).ToList(), new(last, null), database.Name);
        await PublishMergerAsync(database, chain, LtxFile.SnapshotLevel, cancellationToken).ConfigureAwait(false);
    }

    private async Task PublishMergerAsync(ReplicatedDatabase database, IReadOnlyList<LtxFile> inputs, int level, CancellationToken cancellationToken)
    {
        var storage = context.StorageOf(database);
        var (min, max) = (inputs[0].MinTxid, inputs[^1].MaxTxid);
        var path = context.Spool.PathOf(database.Name, level, min, max);
        try
        {
            LtxHeader header;
            long length;
            await using (var output = Spool.Create(path))
            {
                header = await Merge.RunAsync(new NearStorage(storage, context.Copies, database.Name), inputs, context.NodeOf(database), output, cancellationToken).ConfigureAwait(false);
                length = output.Length;
            }
            Spool.Complete(path);
            Faults.Reach(FaultPoint.MergedNotPublished);
            var file = new LtxFile(level, min, max, length, header.Timestamp);
            // A merger of the same files that is there already (a crash before it was booked) is as good.
            await storage.PublishAsync(file, path, cancellationToken).ConfigureAwait(false);
            Faults.Reach(FaultPoint.MergedNotBooked);
            context.Books.AddFile(database.Name, file);
            context.Copies.Drop(database.Name, inputs);
            if (level == 1)
                context.Copies.Keep(database.Name, file, path);
            context.Log.Published(database.Name, level, min.ToString(), max.ToString(), length);
        }
        catch (IOException e) when (DiskFull.Is(e))
        {
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.StateDiskFull, $"No room left in the state directory to compact {database.Name}: {e.Message}", "free some space");
        }
        finally
        {
            Spool.Discard(path);
            Spool.Delete(path);
        }
    }

    private Txid EndOf(ReplicatedDatabase database, int level) =>
        context.Books.Files(database.Name, level).Select(f => f.MaxTxid).DefaultIfEmpty().Max();

    /// <summary>The base image is never copied up: level 2 begins behind it.</summary>
    private Txid FirstImageEnd(ReplicatedDatabase database) => context.Books.Files(database.Name, 1).FirstOrDefault(f => f.IsImage).MaxTxid;

    /// <summary>Files of a level that continue <paramref name="end"/>, one behind the other; ends before a gap.</summary>
    private List<LtxFile> FilesBehind(ReplicatedDatabase database, int source, Txid end)
    {
        var files = new List<LtxFile>();
        foreach (var file in context.Books.Files(database.Name, source))
        {
            if (file.MaxTxid <= end)
                continue;
            if (source > 0 && file.IsImage)
            {
                // A chain that was healed goes on behind its image.
                files.Clear();
                end = file.MaxTxid;
                continue;
            }
            if (file.MinTxid != end.Next && (files.Count > 0 || !end.IsNone))
                break;
            files.Add(file);
            end = file.MaxTxid;
        }
        return files;
    }
}
