using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>Step "retain": which files nobody needs any more. A pure choice; the publish lane deletes.</summary>
internal static class Retention
{
    /// <summary>
    /// L0 files that an L1 covers and that are older than the L0 retention, never the newest; images older than the one that the window begins with;
    /// compactions that this one covers.
    /// </summary>
    public static List<LtxFile> Choose(IReadOnlyList<LtxFile> files, DateTimeOffset now, TimeSpan l0Retention, TimeSpan window)
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
    public static DateTimeOffset? NextL0(IReadOnlyList<LtxFile> level0, TimeSpan l0Retention) =>
        level0.Count > 1 ? level0[0].CreatedAt + l0Retention : null;
}
