using Litestream.Cloud.Drills;
using Litestream.Contract.Drills;
using Litestream.Fleet.Items;

namespace Litestream.Cloud.Tests.Drills;

/// <summary>What is due when, and what a fleet's proofs add up to.</summary>
public sealed class DrillScheduleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);
    private static readonly TimeSpan Visits = TimeSpan.FromHours(6);

    [Fact]
    public void Slices_that_nobody_visited_come_first_then_the_oldest_and_before_all_those_that_somebody_left()
    {
        var known = new List<SliceRecord>
        {
            new() { Slice = 5, VisitedAt = Now.AddHours(-1) },                                          // was just there
            new() { Slice = 6, VisitedAt = Now.AddHours(-7) },
            new() { Slice = 7, VisitedAt = Now.AddHours(-9) },
            new() { Slice = 8, VisitedAt = Now.AddHours(-9), ClaimedUntil = Now.AddMinutes(1) },        // somebody is there
            new() { Slice = 9, VisitedAt = Now.AddHours(-1), ClaimedUntil = Now.AddMinutes(-1) },       // somebody died there
        };
        var due = SliceChoice.Due(known, Visits, Now, begin: 250).Select(s => s.Slice).ToList();
        Assert.Equal(254, due.Count);
        Assert.Equal([9, 250, 251], due.Take(3));
        Assert.Equal([249, 7, 6], due.TakeLast(3));
    }

    [Fact]
    public void Within_the_time_every_tenant_is_due_in_time_and_no_more_than_needed()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < 1000; i++)
        {
            var guid = new byte[16];
            random.NextBytes(guid);
            var tenant = FleetItems.Tenant(new(guid), "web-1") with { ReplicatedTxid = "000000000000002a", LastDrillVerdict = ProofVerdicts.Pass, LastDrillAt = Now, LastDrillPassAt = Now };
            Assert.False(DrillDue.IsDue(tenant, Week, Visits, Now.AddDays(5)), $"seed {seed}");
            Assert.True(DrillDue.IsDue(tenant, Week, Visits, Now + Week - Visits), $"seed {seed}"); // the last visit before it would be late
            Assert.True(DrillDue.IsDue(tenant with { LastDrillVerdict = ProofVerdicts.Fail }, Week, Visits, Now + Visits), $"seed {seed}");
        }
        Assert.True(DrillDue.IsDue(FleetItems.Tenant(Guid.NewGuid(), "web-1") with { ReplicatedTxid = "000000000000002a" }, Week, Visits, Now));
        Assert.False(DrillDue.IsDue(FleetItems.Tenant(Guid.NewGuid(), "web-1"), Week, Visits, Now));
    }

    [Fact]
    public void A_slice_counts_what_is_proven_what_is_not_and_since_when()
    {
        var proven = Proven(Now.AddHours(-2), 0.2) with { DrillBytes = 1_000_000 };
        var old = Proven(Now.AddDays(-8), 0.4) with { DrillBytes = 2_000_000 };
        var failed = Proven(Now.AddHours(-3), 0.6) with { LastDrillVerdict = ProofVerdicts.Fail, DrillBytes = 3_000_000, BehindSince = Now };
        var fresh = Proven(null, null) with { VisitedSince = Now.AddDays(-1) };
        var never = Proven(null, null) with { VisitedSince = Now.AddDays(-8) };
        var empty = Proven(null, null) with { ReplicatedTxid = null };
        var slice = SliceSums.Of(new() { Slice = 3, UnprovenSince = Now.AddDays(-1) }, [proven, old, failed, fresh, never, empty], Week, Now);
        Assert.Equal((5, 1, 1, 2, 1, 2, 1), (slice.Tenants, slice.ProvenWithin1Day, slice.ProvenWithin7Days, slice.ProvenWithin30Days, slice.Failed, slice.Unproven, slice.Behind));
        Assert.Equal((Now.AddDays(-1), Now.AddDays(-8), 0.2, 0.4, 5_000_000), (slice.UnprovenSince, slice.OldestPassAt, slice.P50Seconds, slice.P99Seconds, slice.BytesPerSecond));
        var none = SliceSums.Of(slice, [], Week, Now);
        Assert.Equal((0, (DateTimeOffset?)null, (DateTimeOffset?)null, 0.0), (none.Unproven, none.UnprovenSince, none.OldestPassAt, none.BytesPerSecond));
    }

    [Fact]
    public void The_fleet_is_the_sum_of_its_slices_and_nothing_while_nobody_drills()
    {
        Assert.Null(FleetCoverage.Of([]));
        Assert.Null(FleetCoverage.Of([new() { Slice = 1, ClaimedUntil = Now }]));
        var coverage = FleetCoverage.Of(
        [
            new() { Slice = 1, VisitedAt = Now, Tenants = 1, ProvenWithin7Days = 1, P50Seconds = 9, P99Seconds = 9, BytesPerSecond = 100, OldestPassAt = Now },
            new() { Slice = 2, VisitedAt = Now.AddHours(-1), Tenants = 9, ProvenWithin7Days = 7, Failed = 1, Unproven = 1, P50Seconds = 0.5, P99Seconds = 12, BytesPerSecond = 1100, OldestPassAt = Now.AddDays(-6) },
            new() { Slice = 3, VisitedAt = Now },
        ])!;
        Assert.Equal((10, 8, 1, 1, 3), (coverage.Tenants, coverage.ProvenWithin7Days, coverage.Failed, coverage.Unproven, coverage.VisitedSlices));
        Assert.Equal((Now.AddHours(-1), Now.AddDays(-6), 0.5, 12, 1000), (coverage.OldestVisitAt, coverage.OldestProofAt, coverage.P50Seconds, coverage.P99Seconds, coverage.BytesPerSecond));
    }

    private static TenantRecord Proven(DateTimeOffset? at, double? seconds) => FleetItems.Tenant(Guid.NewGuid(), "web-1") with
    {
        ReplicatedTxid = "000000000000002a",
        LastDrillAt = at,
        LastDrillPassAt = at,
        LastDrillVerdict = at is null ? null : ProofVerdicts.Pass,
        DrillSeconds = seconds,
    };
}
