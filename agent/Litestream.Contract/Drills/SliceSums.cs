using Litestream.Fleet.Items;

namespace Litestream.Contract.Drills;

/// <summary>What is to be said of a slice behind a visit, from its tenants. Pure.</summary>
internal static class SliceSums
{
    public static SliceRecord Of(SliceRecord before, IReadOnlyCollection<TenantRecord> tenants, TimeSpan within, DateTimeOffset now)
    {
        var backedUp = tenants.Where(t => t.ReplicatedTxid is not null).ToList();
        var unproven = backedUp.Count(t => DrillDue.IsUnproven(t, within, now));
        var timed = backedUp.Where(t => t.DrillSeconds is > 0 && IsProven(t, 30, now)).ToList();
        var seconds = timed.Select(t => t.DrillSeconds!.Value).Order().ToList();
        return new()
        {
            Slice = before.Slice,
            VisitedAt = now,
            Tenants = backedUp.Count,
            ProvenWithin1Day = backedUp.Count(t => IsProven(t, 1, now)),
            ProvenWithin7Days = backedUp.Count(t => IsProven(t, 7, now)),
            ProvenWithin30Days = backedUp.Count(t => IsProven(t, 30, now)),
            Failed = backedUp.Count(t => t.LastDrillVerdict == ProofVerdicts.Fail),
            Unproven = unproven,
            UnprovenSince = unproven > 0 ? before.UnprovenSince ?? now : null,
            Behind = tenants.Count(t => t.BehindSince is not null),
            OldestPassAt = backedUp.Min(t => t.LastDrillPassAt),
            P50Seconds = At(seconds, 0.5),
            P99Seconds = At(seconds, 0.99),
            BytesPerSecond = seconds.Count == 0 ? 0 : Math.Round(timed.Sum(t => (double)(t.DrillBytes ?? 0)) / seconds.Sum()),
        };
    }

    /// <summary>And nothing worse since.</summary>
    private static bool IsProven(TenantRecord tenant, int days, DateTimeOffset now) =>
        tenant.LastDrillVerdict != ProofVerdicts.Fail && now - tenant.LastDrillPassAt <= TimeSpan.FromDays(days);

    private static double At(List<double> ascending, double part) => ascending.Count == 0 ? 0 : ascending[(int)Math.Ceiling(part * ascending.Count) - 1];
}
