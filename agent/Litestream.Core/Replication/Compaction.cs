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
    /// <summary>So many files in a row of a clock that was ahead and was set back: their times say nothing until it has caught up, so they are counted.</summary>
    private const int MostFromTheFuture = 30;

    /// <summary>Does what is due. Answers the timestamp of what falls due next, <see cref="Lane.Never"/> when the newest L0 is in an L1 and only a new one can make work.</summary>
    public async Task<long> RunDueAsync(DatabaseReplica replica, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        var waiting = FilesBehind(replica, source: 0, EndOf(replica, 1));
        var isMerged = false;
        foreach (var (due, interval) in CompactionSchedule.Cut(waiting, replica.Place.Points.LevelIntervals[0]))
        {
            // A file from the future (the clock was set back) would hold everything up.
            if (now < due && interval.TrueForAll(f => f.CreatedAt <= now))
                return isMerged ? await MergeAboveAsync(replica, now, context.In(due - now), cancellationToken).ConfigureAwait(false) : context.In(due - now);
            await PublishMergerAsync(replica, interval, 1, cancellationToken).ConfigureAwait(false);
            isMerged = true;
        }
        return isMerged ? await MergeAboveAsync(replica, now, Lane.Never, cancellationToken).ConfigureAwait(false) : Lane.Never;
    }

    private async Task<long> MergeAboveAsync(DatabaseReplica replica, DateTimeOffset now, long next, CancellationToken cancellationToken)
    {
        for (var level = 2; level <= replica.Place.Points.LevelIntervals.Count; level++)
            await MergeUpAsync(replica, level, now, cancellationToken).ConfigureAwait(false);
        await SnapshotAsync(replica, cancellationToken).ConfigureAwait(false);
        return next;
    }

    /// <summary>Brings L1 up to <paramref name="last"/>, whatever the clock says.</summary>
    public async Task MergeLevel1Async(DatabaseReplica replica, Txid last, CancellationToken cancellationToken)
    {
        var waiting = FilesBehind(replica, source: 0, EndOf(replica, 1)).Where(f => f.MaxTxid <= last);
        foreach (var (_, interval) in CompactionSchedule.Cut(waiting, replica.Place.Points.LevelIntervals[0]))
            await PublishMergerAsync(replica, interval, 1, cancellationToken).ConfigureAwait(false);
    }

    private async Task MergeUpAsync(DatabaseReplica replica, int level, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var source = FilesBehind(replica, level - 1, Txid.Max(EndOf(replica, level), LastImageEnd(replica)));
        var newest = EndOf(replica, 1);
        var mergeable = source.TakeWhile(f => level > 2 || f.MaxTxid < newest).ToList();
        // Only intervals that are over, so that a file of this level ends with one.
        var due = mergeable.TakeWhile(f => now >= CompactionSchedule.NextBoundary(f.CreatedAt, replica.Place.Points.LevelIntervals[level - 1])).ToList();
        if (mergeable.TakeWhile(f => f.CreatedAt > now).ToList() is { Count: >= MostFromTheFuture } ahead)
            due = ahead;
        if (due.Count > 0)
            await PublishMergerAsync(replica, due, level, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Publishes a snapshot if one is due and there is something new for it, up to where the newest L1 file begins.</summary>
    /// <param name="isDue">Somebody asked for it: as soon as there is something new.</param>
    public async Task SnapshotAsync(DatabaseReplica replica, CancellationToken cancellationToken, bool isDue = false)
    {
        var files = replica.Place.Books.AllFiles(replica.Database.Name);
        var last = files.Where(f => f.Level == 1).Select(f => f.MinTxid.Previous).DefaultIfEmpty().Max();
        // What the chain was before it was healed may be damaged, and no image of that is wanted.
        if (LastImageEnd(replica) >= last)
            return;
        var due = Upkeep.SnapshotDueAt([.. files.Where(f => f.MaxTxid <= last)], isDue ? TimeSpan.Zero : replica.Place.Points.SnapshotInterval);
        if (due is null || context.Time.GetUtcNow() < due)
            return;
        var chain = ChainPlanner.Choose(files.Where(f => f.MaxTxid <= last).ToList(), new(last, null), replica.Database.Name);
        await PublishMergerAsync(replica, chain, LtxFile.SnapshotLevel, cancellationToken).ConfigureAwait(false);
    }

    private async Task PublishMergerAsync(DatabaseReplica replica, IReadOnlyList<LtxFile> inputs, int level, CancellationToken cancellationToken)
    {
        var storage = replica.Storage;
        var (min, max) = (inputs[0].MinTxid, inputs[^1].MaxTxid);
        var path = context.Spool.MergerPathOf(replica.Place, replica.Database.Name, level, min, max);
        try
        {
            LtxHeader header;
            long length;
            await using (var output = Spool.Create(path))
            {
                header = await Merge.RunAsync(new NearStorage(storage, replica.Place.Copies, replica.Database.Name), inputs, context.NodeOf(replica.Database), output, context.Options.UploadBytes, cancellationToken).ConfigureAwait(false);
                length = output.Length;
            }
            Spool.Complete(path);
            Faults.Reach(FaultPoint.MergedNotPublished);
            var file = new LtxFile(level, min, max, length, header.Timestamp);
            // A merger of the same files that is there already (a crash before it was booked) is as good.
            await storage.PublishAsync(file, path, cancellationToken).ConfigureAwait(false);
            Faults.Reach(FaultPoint.MergedNotBooked);
            replica.AddFile(file);
            replica.Place.Copies.Drop(replica.Database.Name, inputs);
            if (level == 1)
                replica.Place.Copies.Keep(replica.Database.Name, file, path);
            context.Log.Published(replica.Database.Name, level, min.ToString(), max.ToString(), length);
        }
        catch (IOException e) when (DiskFull.Is(e))
        {
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.StateDiskFull, $"No room left in the state directory to compact {replica.Database.Name}: {e.Message}", "free some space");
        }
        finally
        {
            Spool.Discard(path);
            Spool.Delete(path);
        }
    }

    private static Txid EndOf(DatabaseReplica replica, int level) =>
        replica.Place.Books.Files(replica.Database.Name, level).Select(f => f.MaxTxid).DefaultIfEmpty().Max();

    /// <summary>
    /// The base image is never copied up: what is above begins behind it. That of a chain that was healed has everything of what was before it, and may be there because a file of that is
    /// damaged: who merged those would meet it again, and have it healed again, without an end.
    /// </summary>
    private static Txid LastImageEnd(DatabaseReplica replica) => replica.Place.Books.Files(replica.Database.Name, 1).Where(f => f.IsImage).Select(f => f.MaxTxid).DefaultIfEmpty().Max();

    /// <summary>Files of a level that continue <paramref name="end"/>, one behind the other; ends before a gap.</summary>
    private static List<LtxFile> FilesBehind(DatabaseReplica replica, int source, Txid end)
    {
        var files = new List<LtxFile>();
        foreach (var file in replica.Place.Books.Files(replica.Database.Name, source))
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
