using System.Collections.Concurrent;
using Litestream.Ltx;
using Litestream.Sqlite;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// Brings the replica up to date when frames cannot tell what changed: reads the whole database at a mark, compares page sums with the table,
/// and stages only what differs. Without a table (first contact), or after a change of page size, a full image.
/// </summary>
internal sealed class Resync(StoreContext context, Staging staging)
{
    public const string FileReplaced = "file-replaced";

    public const string WalTailLost = "wal-tail-lost";

    private readonly ConcurrentDictionary<string, long> _byReason = new();

    /// <summary>Resyncs since start by reason.</summary>
    public IReadOnlyDictionary<string, long> ByReason => _byReason;

    /// <summary>False when the WAL changed while it was read: read the wal-index again.</summary>
    public bool TryRun(ReplicatedDatabase database, HotDatabase hot, EngineConnection marked, WalIndexHeader index, long since, string reason)
    {
        using var pinned = PinnedDatabase.TryOpen(marked, index);
        if (pinned is null)
            return false;
        var noticedAt = since == Lane.Never ? context.Time.GetTimestamp() : since;
        var (begun, before) = (context.Time.GetTimestamp(), database.Book.Captured);
        var staged = pinned.PageSize == hot.Table.PageSize
            ? StageDifference(database, hot.Table, pinned, noticedAt)
            : StageNewPageSize(database, hot, pinned, noticedAt);
        if (staged > 0)
            hot.LastWriteAt = context.Time.GetTimestamp();
        hot.FullReadTime = context.Time.GetElapsedTime(begun);
        (hot.IsCheckWanted, hot.CheckedPages) = (true, 0);
        _byReason.AddOrUpdate(reason, 1, (_, n) => n + 1);
        database.Count(c => c with { Resyncs = c.Resyncs + 1 });
        // After a restore in place it is said already, and no news.
        if (staged > 0 && reason is (FileReplaced or WalTailLost) && !Label.IsRestoreBehind(database.Book.Labels, before))
            LabelPast(database, before, reason);
        context.Log.Resynced(database.Name, reason, staged, pinned.PageCount, hot.FullReadTime.TotalMilliseconds);
        return true;
    }

    /// <summary>The first image of a chain, or of a replica that lost its own: L1 <c>1-T</c>, so that genuine readers follow from there.</summary>
    public void StageBase(ReplicatedDatabase database, HotDatabase hot, EngineConnection marked, WalIndexHeader index, long since)
    {
        using var pinned = PinnedDatabase.TryOpen(marked, index)
            ?? throw new CaptureException(DatabaseStatus.Waiting, DatabaseReason.FirstCopy, $"The WAL of {database.Path} changed while it was read", retryIn: TimeSpan.FromMilliseconds(50));
        var begun = context.Time.GetTimestamp();
        var begins = 0u;
        // One that has a chain and was not looked at yet may get an image that continues it.
        hot.Table = staging.StageImage(database, pinned, 1, new(1), database.Book.Captured.Next, since == Lane.Never ? begun : since,
            () => begins = DatabaseReplicas.BitsOf(database.Replicas.Where(r => !r.IsFenced && (r.Stage != ReplicaStage.Unknown || r.Book.Published.IsNone))));
        SetFollowing(database, begins);
        BeginDays(database, begins);
        hot.FullReadTime = context.Time.GetElapsedTime(begun);
    }

    /// <summary>
    /// The image for replicas that others are ahead of (new, emptied, damaged, or late for longer than the state directory may hold): what is captured now,
    /// as L1 <c>1-T</c>, or as the next L1 of a chain that is sound; likewise, <c>1-T</c>, for those whose new day begins behind what was captured. T lies
    /// behind every transaction that one of them ever had. Under <paramref name="marked"/> everything is captured.
    /// </summary>
    public void StageImageForOthers(ReplicatedDatabase database, HotDatabase hot, EngineConnection marked, WalIndexHeader index)
    {
        var newDay = WithNewDay(database);
        var others = database.Replicas.At(ReplicaStage.NeedsImage) | newDay;
        if (others == 0)
            return;
        using var pinned = PinnedDatabase.TryOpen(marked, index);
        if (pinned is null || pinned.PageSize != hot.Table.PageSize)
            return;
        var late = database.Replicas.In(others).ToList();
        var (book, found) = (database.Book, late.Max(r => r.Found));
        if (found >= book.Captured)
        {
            staging.StageEmpty(database, 0, book.Captured.Next, found.Next, book.PageSize, book.PageCount, book.PostSum);
            hot.Table.StandFor(found.Next);
        }
        foreach (var alike in late.GroupBy(r => (newDay & r.Place.Bit) == 0 && r.Chain is { } chain && chain.PageSize == pinned.PageSize ? chain.NewestL1.Next : new(1)))
        {
            var bits = DatabaseReplicas.BitsOf(alike);
            staging.StageImage(database, pinned, 1, alike.Key, database.Book.Captured, context.Time.GetTimestamp(), () => bits);
            if (alike.Key.Value == 1)
                BeginDays(database, bits);
        }
        SetFollowing(database, others);
    }

    /// <summary>
    /// Replicas with days for which the newest captured change is the first of its day. Not one that an image waits for: it may be away for days, and need
    /// not begin each of them.
    /// </summary>
    private uint WithNewDay(ReplicatedDatabase database)
    {
        var bits = 0u;
        foreach (var replica in database.Replicas)
        {
            if (replica.Place.Root.Days is not { } days || replica.Stage != ReplicaStage.Follows || replica.IsFenced)
                continue;
            var day = context.DayOf(DateTimeOffset.FromUnixTimeMilliseconds(database.NewestChangeMs));
            if (day <= replica.ImageDay || days.On(day) == days.On(replica.ImageDay))
                continue;
            lock (database.Gate)
                bits |= database.Staged.HasBase(replica.Place.Bit) ? 0 : replica.Place.Bit;
        }
        return bits;
    }

    private void BeginDays(ReplicatedDatabase database, uint replicas)
    {
        foreach (var replica in database.Replicas.In(replicas).Where(r => r.Place.Root.Days is not null))
            replica.ImageDay = context.DayOf(DateTimeOffset.FromUnixTimeMilliseconds(database.NewestTimestampMs));
    }

    /// <summary>The image that was staged for these is behind everything they have; also for one that was found to need it a moment ago.</summary>
    private static void SetFollowing(ReplicatedDatabase database, uint replicas)
    {
        lock (database.Gate)
        {
            foreach (var replica in database.Replicas.In(replicas).Where(r => r.Stage == ReplicaStage.NeedsImage && r.Found < database.Book.Captured))
                replica.Stage = ReplicaStage.Follows;
        }
        // The image woke their lanes before this: one that was quick has published it, and sleeps as one that needs an image does, whoever waits for its upkeep.
        database.Replicas.Wake(replicas);
    }

    /// <summary>What the replica had is not behind what the database has now: that point must not go with the retention.</summary>
    private void LabelPast(ReplicatedDatabase database, Txid before, string reason)
    {
        var label = new Label(before, reason, context.Time.GetUtcNow());
        database.Record(b => b with { Labels = Label.Add(b.Labels, label) });
        var text = $"the database does not continue transaction {before} ({reason}); that state stays restorable for {Label.Lifetime.TotalDays:0} days: restore -txid {before}";
        database.SetLastError(text);
        context.Log.Troubled(database.Name, text);
    }

    /// <summary>Stages the pages that are not what <paramref name="table"/> says, if there are any. Answers how many.</summary>
    public int StageDifference(ReplicatedDatabase database, PageTable table, PinnedDatabase pinned, long noticedAt)
    {
        var differing = new List<uint>();
        Staging.ForEachPage(pinned, (pgno, page) =>
        {
            if (pgno > table.PageCount || PageSum.Of(pgno, page) != table[pgno])
                differing.Add(pgno);
        });
        Faults.Reach(FaultPoint.ResyncCompared);
        if (differing.Count == 0 && pinned.PageCount == table.PageCount)
        {
            database.Record(b => b with { Position = pinned.End, Resting = null });
            return 0;
        }
        staging.StageChanges(database, table, pinned.PageCount, differing, pinned.Read, null, pinned.End, noticedAt);
        Faults.Reach(FaultPoint.ResyncStaged);
        return differing.Count;
    }

    /// <summary>
    /// No file with one page size can follow a file with another, so the image goes out as L0 and L1 of its own transaction (for those who follow),
    /// then, behind an empty pair that genuine readers need, as the snapshot that restores begin with.
    /// </summary>
    private int StageNewPageSize(ReplicatedDatabase database, HotDatabase hot, PinnedDatabase pinned, long noticedAt)
    {
        var changed = database.Book.Captured.Next;
        staging.StageImage(database, pinned, 0, changed, changed, noticedAt);
        Faults.Reach(FaultPoint.PageSizeHalfStaged);
        hot.Table = staging.StageImage(database, pinned, 1, changed, changed, noticedAt);
        staging.StageEmpty(database, 0, changed.Next, pinned.PageSize, pinned.PageCount, hot.Table.Sum);
        staging.StageEmpty(database, 1, changed.Next, pinned.PageSize, pinned.PageCount, hot.Table.Sum);
        staging.StageImage(database, pinned, LtxFile.SnapshotLevel, new(1), changed, noticedAt);
        database.NewestChangeMs = database.NewestTimestampMs;
        database.Record(b => b with { Captured = changed.Next });
        hot.Table.StandFor(changed.Next);
        return (int)pinned.PageCount;
    }
}
