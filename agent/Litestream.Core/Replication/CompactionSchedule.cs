using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>When a level is due: at multiples of its interval on the wall clock, so that all files of a level end at the same moments everywhere.</summary>
internal static class CompactionSchedule
{
    /// <summary>The first multiple of <paramref name="interval"/> behind <paramref name="time"/>.</summary>
    public static DateTimeOffset NextBoundary(DateTimeOffset time, TimeSpan interval) =>
        new(time.UtcTicks - time.UtcTicks % interval.Ticks + interval.Ticks, TimeSpan.Zero);

    /// <summary>
    /// Cuts files that follow one another into one run for each interval, also when many of them waited for a replica: each end is a point that stays
    /// restorable. Their order is that of their transactions whatever their times say (an object store shows when a file was uploaded): a file that
    /// seems older than the one before belongs to the same run.
    /// </summary>
    public static List<(DateTimeOffset Due, List<LtxFile> Files)> Cut(IEnumerable<LtxFile> files, TimeSpan interval)
    {
        var runs = new List<(DateTimeOffset Due, List<LtxFile> Files)>();
        foreach (var file in files)
        {
            var due = NextBoundary(file.CreatedAt, interval);
            if (runs.Count == 0 || due > runs[^1].Due)
                runs.Add((due, []));
            runs[^1].Files.Add(file);
        }
        return runs;
    }
}
