using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Contract.Drills;

/// <summary>How much of the fleet is proven, from its slices. Pure.</summary>
internal static class FleetCoverage
{
    /// <summary>Null while nobody drills.</summary>
    public static DrillCoverage? Of(IEnumerable<SliceRecord> slices)
    {
        var visited = slices.Where(s => s.VisitedAt is not null).ToList();
        if (visited.Count == 0)
            return null;
        var timed = visited.Where(s => s.P50Seconds > 0).OrderBy(s => s.P50Seconds).ToList();
        return new()
        {
            Tenants = visited.Sum(s => s.Tenants),
            ProvenWithin1Day = visited.Sum(s => s.ProvenWithin1Day),
            ProvenWithin7Days = visited.Sum(s => s.ProvenWithin7Days),
            ProvenWithin30Days = visited.Sum(s => s.ProvenWithin30Days),
            Failed = visited.Sum(s => s.Failed),
            Unproven = visited.Sum(s => s.Unproven),
            Behind = visited.Sum(s => s.Behind),
            OldestProofAt = visited.Min(s => s.OldestPassAt),
            VisitedSlices = visited.Count,
            OldestVisitAt = visited.Min(s => s.VisitedAt),
            P50Seconds = Median(timed),
            P99Seconds = visited.Max(s => s.P99Seconds),
            BytesPerSecond = timed.Count == 0 ? 0 : Math.Round(timed.Sum(s => s.BytesPerSecond * s.Tenants) / timed.Sum(s => s.Tenants)),
        };
    }

    private static double Median(List<SliceRecord> ascending)
    {
        var half = ascending.Sum(s => s.Tenants) / 2.0;
        var sum = 0;
        foreach (var slice in ascending)
        {
            if ((sum += slice.Tenants) >= half)
                return slice.P50Seconds;
        }
        return 0;
    }
}
