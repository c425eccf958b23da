using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>Step "retain": which files nobody needs any more. A pure choice; the replica's lane deletes.</summary>
internal static class Retention
{
    /// <summary>
    /// L0 files that a merger covers and that are older than the L0 retention, never the newest; images older than the one that the window begins with;
    /// compactions that this one covers. Whatever a label needs stays.
    /// </summary>
    public static List<LtxFile> Choose(IReadOnlyList<LtxFile> files, DateTimeOffset now, TimeSpan l0Retention, TimeSpan window, IReadOnlyList<Label> labels)
    {
        var doomed = Choose(files, now, l0Retention, window);
        foreach (var label in labels.Where(l => doomed.Count > 0 && l.Until > now))
        {
            var chain = ChainPlanner.LongestReach(files.Where(f => f.MaxTxid <= label.Txid));
            if (ChainPlanner.EndOf(chain) == label.Txid)
                doomed.RemoveAll(chain.Contains);
        }
        return doomed;
    }

    private static List<LtxFile> Choose(IReadOnlyList<LtxFile> files, DateTimeOffset now, TimeSpan l0Retention, TimeSpan window)
    {
        var level1End = Level1End(files);
        var doomed = Dispensable(files).Where(f => f.CreatedAt <= now - l0Retention).ToList();
        // The restorable window begins with the newest image that is older than it; without one everything is needed.
        var first = files.Where(f => f.IsImage && f.CreatedAt <= now - window).OrderBy(f => f.MaxTxid).LastOrDefault();
        if (first.MaxTxid.IsNone)
            return doomed;
        doomed.AddRange(files.Where(f => f.Level > 0 && f.MaxTxid <= first.MaxTxid && f != first && f.MaxTxid < level1End));
        return doomed;
    }

    /// <summary>
    /// L0 files whose transactions a merger holds, too, as far as L1 reaches; oldest first, never the newest. Where somebody lost a merger, L0 may be all that
    /// is left of them.
    /// </summary>
    private static IEnumerable<LtxFile> Dispensable(IReadOnlyList<LtxFile> files)
    {
        var level1End = Level1End(files);
        var above = files.Where(f => f.Level > 0).OrderBy(f => f.MinTxid).ToList();
        var captured = files.Where(f => f.Level == 0).OrderBy(f => f.MinTxid).ToList();
        var (next, merged) = (0, Txid.None);
        foreach (var file in captured.SkipLast(1))
        {
            for (; next < above.Count && above[next].MinTxid <= file.MinTxid; next++)
                merged = Txid.Max(merged, above[next].MaxTxid);
            if (file.MaxTxid <= merged && file.MaxTxid <= level1End)
                yield return file;
        }
    }

    private static Txid Level1End(IReadOnlyList<LtxFile> files) => files.Where(f => f.Level == 1).Select(f => f.MaxTxid).DefaultIfEmpty().Max();

    /// <summary>When the next L0 file may go; null when none will without a new commit.</summary>
    public static DateTimeOffset? NextL0(IReadOnlyList<LtxFile> files, TimeSpan l0Retention)
    {
        var next = Dispensable(files).FirstOrDefault();
        return next.MaxTxid.IsNone ? null : next.CreatedAt + l0Retention;
    }

    /// <summary>When the window begins with the next image, so that what lies before it may go; null when there is none, or nothing before it.</summary>
    public static DateTimeOffset? NextImage(IReadOnlyList<LtxFile> files, TimeSpan window)
    {
        var oldest = files.Where(f => f.Level > 0).Select(f => f.CreatedAt).DefaultIfEmpty().Min();
        var next = files.Where(f => f.IsImage && f.CreatedAt > oldest).OrderBy(f => f.CreatedAt).FirstOrDefault();
        return next.MaxTxid.IsNone ? null : next.CreatedAt + window;
    }
}
