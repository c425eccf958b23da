using Litestream.Ltx;
using Litestream.Sqlite;

namespace Litestream.Replication;

/// <summary>
/// Step "capture": one round, hand over hand. The free connection takes a mark; frames are read and staged exactly up to the wal-index's mxFrame;
/// only then the older mark ends. When anything fails the newer one ends, and the older still protects what is not captured.
/// </summary>
internal sealed class Capture(StoreContext context, Staging staging, Resync resync)
{
    /// <summary>A file covers at most so many WAL bytes, and at least one transaction: bounds what a round reads before it is safe.</summary>
    private const long MaxSliceBytes = 64 << 20;

    /// <summary>The wal-index moves while it is read only when a generation begins in between; a few looks always suffice.</summary>
    private const int MaxLooks = 5;

    /// <summary>One round. Answers the wal-index up to which everything is captured.</summary>
    public WalIndexHeader Round(ReplicatedDatabase database, HotDatabase hot, long since)
    {
        var next = hot.Spare;
        MoveMark(hot);
        next.BeginMark();
        try
        {
            var index = CaptureAll(database, hot, next, since, null);
            resync.StageImageForOthers(database, hot, next, index);
            Faults.Reach(FaultPoint.BothMarksHeld);
            hot.SwapMarks();
            return index;
        }
        catch
        {
            next.EndTransaction();
            throw;
        }
    }

    /// <summary>
    /// A checkpoint of the application that found an older mark of ours waits until that mark's lock is free, and marks hand over hand may have come
    /// back to it. When it waits, nothing can be committed and everything is captured: the next mark goes to another lock.
    /// </summary>
    private static void MoveMark(HotDatabase hot)
    {
        if (hot.Holder.WalIndex.Read() is { Unbackfilled: > 0 } index && index.MxFrame == hot.Captured.MxFrame && index.Salts == hot.Captured.Salts && hot.Holder.WalIndex.IsCheckpointRunning())
            hot.Holder.WalIndex.OfferMark(index.MxFrame);
    }

    /// <summary>
    /// Captures everything up to the mxFrame that the wal-index shows now; <paramref name="marked"/> holds a mark. With a
    /// <paramref name="resyncReason"/>, or when the frames do not continue what was captured, by page difference.
    /// </summary>
    public WalIndexHeader CaptureAll(ReplicatedDatabase database, HotDatabase hot, EngineConnection marked, long since, string? resyncReason)
    {
        for (var look = 1; ; look++)
        {
            var readAt = context.Time.GetTimestamp();
            var index = marked.WalIndex.Read() ?? throw new CaptureException(DatabaseStatus.Error, DatabaseReason.Other,
                $"The wal-index of {database.Path} cannot be read: a writer died while it changed it", "it heals with the next write or when the last connection closes");
            if (resyncReason is null ? TryCaptureFrames(database, hot, marked, index, since) : resync.TryRun(database, hot, marked, index, since, resyncReason))
            {
                hot.SetCaptured(index, readAt);
                return index;
            }
            if (look == MaxLooks && resyncReason is not null)
                throw new CaptureException(DatabaseStatus.Error, DatabaseReason.Corrupt, $"The WAL of {database.Path} does not hold together: its checksums end before what SQLite counts as committed");
            if (look == MaxLooks)
                (resyncReason, look) = ("wal-does-not-continue", 0);
        }
    }

    private bool TryCaptureFrames(ReplicatedDatabase database, HotDatabase hot, EngineConnection marked, WalIndexHeader index, long since)
    {
        if (index.MxFrame == 0)
        {
            // Reset and not written yet. Remembered, so that a mark broken later finds its generation again.
            if (database.Book.Position is { } last && last.Salts != index.Salts)
                database.Record(b => b with { Position = new(index.Salts, 0, default) });
            return true;
        }
        if (index.PageSize != hot.Table.PageSize)
            return false;
        while (true)
        {
            var position = database.Book.Position;
            if (position is { } p && p.Salts == index.Salts && p.Frame >= index.MxFrame)
                return p.Frame == index.MxFrame && p.Checksum == index.FrameChecksum;
            // While marks are unbroken a new generation always continues a captured one, whatever its salts.
            var from = position is { Frame: > 0 } q && q.Salts == index.Salts ? q : WalSlice.StartOf(marked, index.Salts);
            if (from is null)
                return false;
            using var slice = WalSlice.TryRead(marked, from.Value, index, MaxSliceBytes);
            if (slice is null)
                return false;
            StageSlice(database, hot, marked, index, from.Value, slice, since);
        }
    }

    private void StageSlice(ReplicatedDatabase database, HotDatabase hot, EngineConnection marked, WalIndexHeader index, WalPosition from, WalSlice slice, long since)
    {
        var pages = slice.Pages.ToList();
        using var pinned = AddGrowth(pages, hot.Table.PageCount, slice, marked, index);
        pages.Sort();
        pages.Remove(LockPage.Of(index.PageSize));
        if (Label.IsRestoreBehind(database.Book.Labels, database.Book.Captured))
            pages = Changed(pages, hot.Table, Read);
        staging.StageChanges(database, hot.Table, slice.Commit, pages, Read, from, slice.End, since == Lane.Never ? context.Time.GetTimestamp() : since);
        hot.LastWriteAt = context.Time.GetTimestamp();
        database.Count(c => c with { Syncs = c.Syncs + 1, WalBytes = c.WalBytes + slice.SizeBytes });

        void Read(uint pgno, Span<byte> page)
        {
            if (!slice.TryReadPage(pgno, page))
                pinned!.Read(pgno, page);
        }
    }

    /// <summary>
    /// A restore in place writes every page of the database into the WAL; most of them are what the replica has already, as the page sums tell. One page at
    /// least: the transaction is one.
    /// </summary>
    private static List<uint> Changed(List<uint> pages, PageTable table, Staging.PageReader read)
    {
        var page = new byte[table.PageSize];
        var changed = pages.FindAll(pgno =>
        {
            read(pgno, page);
            return pgno > table.PageCount || PageSum.Of(pgno, page) != table[pgno];
        });
        return changed.Count > 0 ? changed : [.. pages.Take(1)];
    }

    /// <summary>
    /// A file that grows the database holds every new page, also those that SQLite did not write (free pages): they are read as SQLite
    /// would read them. Null when the frames have them all.
    /// </summary>
    private static PinnedDatabase? AddGrowth(List<uint> pages, uint known, WalSlice slice, EngineConnection marked, WalIndexHeader index)
    {
        var missing = false;
        for (var pgno = known + 1; pgno <= slice.Commit; pgno++)
        {
            if (slice.Contains(pgno) || pgno == LockPage.Of(index.PageSize))
                continue;
            pages.Add(pgno);
            missing = true;
        }
        if (!missing)
            return null;
        return PinnedDatabase.TryOpen(marked, index) ?? throw new CaptureException(DatabaseStatus.Error, DatabaseReason.Other, $"The WAL of {marked.Path} changed while it was read", retryIn: TimeSpan.Zero);
    }
}
