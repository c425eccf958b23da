using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>Step "retain": which files nobody needs any more. A pure choice; the publish lane deletes.</summary>
internal static class Retention
{
    /// <summary>
    /// L0 files that an L1 covers and that are older than the L0 retention, never the newest; images older than the one that the window begins with;
    /// compactions that this one covers. Whatever a label needs stays.
    /// </summary>
    public static List<LtxFile> Choose(IReadOnlyList<LtxFile> files, DateTimeOffset now, TimeSpan l0Retention, TimeSpan window, IReadOnlyList<Label> labels)
    {
        var doomed = Choose(files, now, l0Retention, window);
        foreach (var label in labels.Where(l => doomed.Count > 0 && l.At > now - Label.Lifetime))
        {
            var chain = ChainPlanner.LongestReach(files.Where(f => f.MaxTxid <= label.Txid));
            if (ChainPlanner.EndOf(chain) == label.Txid)
                doomed.RemoveAll(chain.Contains);
        }
        return doomed;
    }

    private static List<LtxFile> Choose(IReadOnlyList<LtxFile> files, DateTimeOffset now, TimeSpan l0Retention, TimeSpan window)
    {
        var level1End = files.Where(f => f.Level == 1).Select(f => f.MaxTxid).DefaultIfEmpty().Max();
        var newestL0 = files.Where(f => f.Level == 0).Select(f => f.MaxTxid).DefaultIfEmpty().Max();
        var doomed = files.Where(f => f.Level == 0 && f.MaxTxid <= level1End && f.MaxTxid < newestL0 && f.CreatedAt <= now - l0Retention).ToList();
        // The restorable window begins with the newest image that is older than it; without one everything is needed.
        var first = files.Where(f => f.IsImage && f.CreatedAt <= now - window).OrderBy(f => f.MaxTxid).LastOrDefault();
        if (first.MaxTxid.IsNone)
            return doomed;
        doomed.AddRange(files.Where(f => f.Level > 0 && f.MaxTxid <= first.MaxTxid && f != first && f.MaxTxid < level1End));
        return doomed;
    }

    /// <summary>When the next L0 file may go; null when none will without a new commit.</summary>
    public static DateTimeOffset? NextL0(IReadOnlyList<LtxFile> files, TimeSpan l0Retention)
    {
        var level1End = files.Where(f => f.Level == 1).Select(f => f.MaxTxid).DefaultIfEmpty().Max();
        var level0 = files.Where(f => f.Level == 0).OrderBy(f => f.MaxTxid).ToList();
        return level0.Count > 1 && level0[0].MaxTxid <= level1End ? level0[0].CreatedAt + l0Retention : null;
    }

    /// <summary>When the window begins with the next image, so that what lies before it may go; null when there is none, or nothing before it.</summary>
    public static DateTimeOffset? NextImage(IReadOnlyList<LtxFile> files, TimeSpan window)
    {
        var oldest = files.Where(f => f.Level > 0).Select(f => f.CreatedAt).DefaultIfEmpty().Min();
        var next = files.Where(f => f.IsImage && f.CreatedAt > oldest).OrderBy(f => f.CreatedAt).FirstOrDefault();
        return next.MaxTxid.IsNone ? null : next.CreatedAt + window;
    }
}
