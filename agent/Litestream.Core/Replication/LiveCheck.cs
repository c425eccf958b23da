using System.Collections.Concurrent;
using Litestream.Ltx;
using Litestream.Sqlite;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// Proves that what was captured is the database: every page, read at a mark under which all is captured, must add to the sum what the page table says.
/// Due after every resync, and daily while a database is in use. Works in slices, one a round, so that no mark is held for long: the table follows
/// every round, so each slice is compared with its own moment.
/// </summary>
internal sealed class LiveCheck(StoreContext context, Resync resync)
{
    private const int SliceBytes = 32 << 20;

    private const int NamedPages = 8;

    private readonly ConcurrentDictionary<ReplicatedDatabase, LiveCheckRequest> _asked = new();

    /// <summary>Has it compared as soon as its lane comes to it, cold or not, and answers how many pages differed. Until it is cancelled.</summary>
    public async Task<int> AskAsync(ReplicatedDatabase database, CancellationToken cancellationToken)
    {
        var request = new LiveCheckRequest();
        // One after the other: what is compared for one was begun before the next asked.
        for (var first = _asked.GetOrAdd(database, request); first != request; first = _asked.GetOrAdd(database, request))
            await first.Over.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            database.CaptureLane.Wake();
            return await request.Done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _asked.TryRemove(new(database, request));
            request.Over.SetResult();
        }
    }

    /// <summary>Somebody waits for it.</summary>
    public bool IsAsked(ReplicatedDatabase database) => _asked.ContainsKey(database);

    public bool IsDue(ReplicatedDatabase database, HotDatabase hot) =>
        IsAsked(database) || hot.CheckedPages > 0 || hot.IsCheckWanted || database.Book.LastProofAt is not { } last || context.Time.GetUtcNow() - last >= context.Options.LiveCheckInterval;

    /// <summary>Compares the next slice. False: there is more to compare, after the next round.</summary>
    public bool RunSlice(ReplicatedDatabase database, HotDatabase hot, long since)
    {
        using var pinned = PinnedDatabase.TryOpen(hot.Holder, hot.Captured);
        if (pinned is null)
            return false;
        if (_asked.TryGetValue(database, out var request) && !request.IsBegun)
            (request.IsBegun, hot.CheckedPages) = (true, 0);
        var first = hot.CheckedPages + 1;
        var last = (uint)Math.Min(pinned.PageCount, first + Math.Max(1, (long)SliceBytes / pinned.PageSize) - 1);
        var differing = Differences(hot.Table, pinned, first, last);
        if (differing.Count > 0 || pinned.PageCount != hot.Table.PageCount)
        {
            Mend(database, hot, differing, since);
            request?.Done.TrySetResult(Math.Max(1, differing.Count));
            return false;
        }
        hot.CheckedPages = last;
        if (last < pinned.PageCount)
            return false;
        (hot.CheckedPages, hot.IsCheckWanted) = (0, false);
        database.Record(b => b with { LastProofAt = context.Time.GetUtcNow() });
        request?.Done.TrySetResult(0);
        return true;
    }

    private static List<uint> Differences(PageTable table, PinnedDatabase pinned, uint first, uint last)
    {
        var differing = new List<uint>();
        Staging.ForEachPage(pinned, first, last, (pgno, page) =>
        {
            if (PageSum.Of(pgno, page) != table[pgno])
                differing.Add(pgno);
        });
        return differing;
    }

    /// <summary>
    /// Something wrote to the file past SQLite, or a capture was not complete: the replica gets what the database has, what it had stays restorable,
    /// and somebody must look. Checked anew from the first page on.
    /// </summary>
    private void Mend(ReplicatedDatabase database, HotDatabase hot, List<uint> differing, long since)
    {
        var before = database.Book.Captured;
        if (!resync.TryRun(database, hot, hot.Holder, hot.Captured, since, "live-check"))
            return;
        var pages = string.Join(", ", differing.Take(NamedPages)) + (differing.Count > NamedPages ? ", …" : "");
        var text = $"the live check found {differing.Count} pages that are not what was captured ({pages}): captured anew as transaction {database.Book.Captured}. "
            + $"Something changed {database.Path} other than through SQLite, or a capture was incomplete; -txid {before} restores the state before";
        database.SetLastError(text);
        database.Count(c => c with { FailedChecks = c.FailedChecks + 1 });
        context.Log.LiveCheckFailed(database.Name, text);
    }
}
