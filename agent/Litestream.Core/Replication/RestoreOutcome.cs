using Litestream.Ltx;
using Litestream.Sqlite;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// Whether a restore in place that an earlier run of the program began came to its commit: asked when its database is opened, before anything of it is
/// captured. A restore is one commit, made under the lock under which everything before was captured: where the WAL goes on from there, the first transaction
/// in it is that commit or somebody else's, and its pages tell. Else the pages of the whole database do.
/// </summary>
internal static class RestoreOutcome
{
    /// <summary>The wal-index moves while it is read only when a generation begins in between.</summary>
    private const int MaxLooks = 5;

    /// <summary>The restore that nobody has booked the end of, and nobody in this program works at; null: there is none.</summary>
    public static Label? OpenOne(ReplicatedDatabase database) =>
        database.Book.Labels.LastOrDefault(l => l.IsOpen) is { Txid.IsNone: false } label && !database.Restoring.IsUnderWay ? label : null;

    /// <summary>Books what came of it. Without its wal-index a database cannot be asked, nor captured: then at the next opening.</summary>
    /// <param name="marked">Holds a mark.</param>
    public static void Settle(ReplicatedDatabase database, EngineConnection marked, ILogger log)
    {
        if (OpenOne(database) is not { } label || label.Evidence is not { } wanted)
            return;
        for (var look = 1; look <= MaxLooks && marked.WalIndex.Read() is { } index; look++)
        {
            using var pinned = PinnedDatabase.TryOpen(marked, index);
            if (pinned is null)
                continue;
            Settle(database, label, FromWal(database, marked, index, wanted) ?? FromPages(pinned, wanted), log);
            return;
        }
    }

    /// <summary>There is no file. Where there was none before, either, it was not brought back.</summary>
    public static void SettleWithoutFile(ReplicatedDatabase database, ILogger log)
    {
        if (OpenOne(database) is { Evidence: { } wanted } label)
            Settle(database, label, wanted.SchemaCookie is null ? false : null, log);
    }

    private static void Settle(ReplicatedDatabase database, Label label, bool? hasHappened, ILogger log)
    {
        database.Record(b => b with { Labels = Label.Settle(b.Labels, label, hasHappened) });
        log.RestoreSettled(database.Name, hasHappened switch { true => "it happened", false => "it did not happen", null => "whether it happened is not known" }, label.Txid);
    }

    /// <summary>By the first transaction behind what was captured under the lock; null when the WAL does not go on from there.</summary>
    private static bool? FromWal(ReplicatedDatabase database, EngineConnection marked, WalIndexHeader index, RestoreEvidence wanted)
    {
        if (database.IsReplaced || Opening.FindBreak(database, marked) is not null || database.Book.Position is not { } captured)
            return null;
        var from = captured.Frame > 0 && captured.Salts == index.Salts ? captured : WalSlice.StartOf(marked, index.Salts);
        if (index.MxFrame == 0 || from?.Frame == index.MxFrame)
            return false;
        using var first = from is { } position ? WalSlice.TryRead(marked, position, index, 1) : null;
        if (first is null)
            return null;
        if (index.PageSize != database.Book.PageSize || first.Commit != wanted.PageCount)
            return false;
        var page = new byte[index.PageSize];
        var pages = first.Pages.Where(p => p > 1).Order().ToList();
        return pages.Count == PagesBehindFirst(wanted.PageCount, index.PageSize) && wanted.Sum == pages.Aggregate(0UL, (sum, pgno) =>
        {
            _ = first.TryReadPage(pgno, page);
            return sum + PageSum.Of(pgno, page);
        });
    }

    /// <summary>
    /// The cookie of before says no, the wanted pages, or one that was not there before, say yes. With neither, the WAL is gone, and an application wrote much
    /// while nobody of us was there.
    /// </summary>
    private static bool? FromPages(PinnedDatabase pinned, RestoreEvidence wanted)
    {
        var (cookie, sum, isSeen) = (0u, 0UL, false);
        var witnesses = wanted.Witnesses.ToDictionary(w => w.Pgno, w => w.Sum);
        Staging.ForEachPage(pinned, (pgno, page) =>
        {
            var own = PageSum.Of(pgno, page);
            if (pgno == 1)
                cookie = RestoreEvidence.CookieOf(page);
            else
                sum += own;
            isSeen |= witnesses.TryGetValue(pgno, out var its) && its == own;
        });
        return cookie == wanted.SchemaCookie ? false : isSeen || (pinned.PageCount == wanted.PageCount && sum == wanted.Sum) ? true : null;
    }

    private static uint PagesBehindFirst(uint pageCount, int pageSize) => pageCount - 1 - (LockPage.Of(pageSize) <= pageCount ? 1u : 0);
}
