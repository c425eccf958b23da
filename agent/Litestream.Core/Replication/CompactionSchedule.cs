namespace Litestream.Replication;

/// <summary>When a level is due: at multiples of its interval on the wall clock, so that all files of a level end at the same moments everywhere.</summary>
internal static class CompactionSchedule
{
    /// <summary>The first multiple of <paramref name="interval"/> behind <paramref name="time"/>.</summary>
    public static DateTimeOffset NextBoundary(DateTimeOffset time, TimeSpan interval) =>
        new(time.UtcTicks - time.UtcTicks % interval.Ticks + interval.Ticks, TimeSpan.Zero);
}
