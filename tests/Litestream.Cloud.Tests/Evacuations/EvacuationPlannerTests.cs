using Litestream.Cloud.Evacuations;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Cloud.Tests.Evacuations;

public sealed class EvacuationPlannerTests
{
    private const long Gigabyte = 1L << 30;

    [Fact]
    public void The_largest_find_room_first_and_nobody_gets_more_than_it_has_room_for()
    {
        var plan = Plan([("web-2", 10 * Gigabyte), ("web-3", 100 * Gigabyte)], [Gigabyte, 9 * Gigabyte, 60 * Gigabyte, 30 * Gigabyte]);
        Assert.Equal(0, plan.Refused);
        Assert.Equal("web-3", plan.Items[2].ToHost);
        Assert.All(plan.Targets, t => Assert.True(t.Bytes <= t.DiskFreeBytes, $"{t}"));
        Assert.Equal(100 * Gigabyte, plan.Bytes);
        Assert.Equal(plan.Bytes, plan.Targets.Sum(t => t.Bytes));
        Assert.Equal(4, plan.Targets.Sum(t => t.Tenants));
    }

    [Fact]
    public void Many_small_ones_spread_by_the_room_that_there_is()
    {
        var plan = Plan([("web-2", 100 * Gigabyte), ("web-3", 300 * Gigabyte)], [.. Enumerable.Repeat(8192L, 400)]);
        Assert.Equal([100, 300], plan.Targets.Select(t => t.Tenants));
        Assert.Equal(400, plan.Total);
    }

    [Fact]
    public void What_fits_nowhere_is_named_and_a_host_that_does_not_say_how_much_room_it_has_gets_nothing()
    {
        var plan = Plan([("web-2", 10), ("web-3", null)], [11, 10, 1]);
        Assert.Equal([ProblemCodes.NoRoom, null, ProblemCodes.NoRoom], plan.Items.Select(s => s.Code));
        Assert.Equal([null, "web-2", null], plan.Items.Select(s => s.ToHost));
        Assert.Equal((2, 10L), (plan.Refused, plan.Bytes));
    }

    [Fact]
    public void Who_is_unknown_or_anothers_or_was_never_published_is_named()
    {
        var here = Tenant(1);
        TenantRecord[] tenants = [here, Tenant(1) with { HostId = "web-9" }, Tenant(1) with { HostId = null }, Tenant(1) with { ReplicatedTxid = null }];
        var unknown = Guid.NewGuid();
        var plan = EvacuationPlanner.Plan(Wish("web-2"), [.. tenants.Select(t => t.Tenant), unknown], tenants.ToDictionary(t => t.Tenant), [Host("web-2", 100)], hasMore: false);
        Assert.Equal([null, ProblemCodes.BadArgument, ProblemCodes.BadArgument, ProblemCodes.NoSuchPoint, ProblemCodes.UnknownTenant], plan.Items.Select(s => s.Code));
        Assert.All(plan.Items.Where(s => s.Code is not null), s => Assert.NotNull(s.Detail));
        Assert.Equal((here.Epoch, "web-2"), (plan.Items[0].Epoch, plan.Items[0].ToHost));
    }

    [Fact]
    public void The_same_question_has_the_same_answer()
    {
        var sizes = Enumerable.Range(1, 50).Select(i => (long)(i % 7) * 1000).ToArray();
        var tenants = sizes.Select(Tenant).ToDictionary(t => t.Tenant);
        EvacuationPlan Again(IEnumerable<Guid> order) => EvacuationPlanner.Plan(Wish("web-2", "web-3"), [.. order], tenants, [Host("web-2", Gigabyte), Host("web-3", Gigabyte)], hasMore: false);
        Assert.Equal(
            Again(tenants.Keys).Items.OrderBy(s => s.TenantId).Select(s => (s.TenantId, s.ToHost)),
            Again(tenants.Keys.Reverse()).Items.OrderBy(s => s.TenantId).Select(s => (s.TenantId, s.ToHost)));
    }

    private static EvacuationPlan Plan((string Host, long? Free)[] targets, long[] sizes)
    {
        var tenants = sizes.Select(Tenant).ToList();
        return EvacuationPlanner.Plan(
            Wish([.. targets.Select(t => t.Host)]), [.. tenants.Select(t => t.Tenant)], tenants.ToDictionary(t => t.Tenant), [.. targets.Select(t => Host(t.Host, t.Free))], hasMore: false);
    }

    private static EvacuationWish Wish(params string[] to) => new() { From = "web-1", To = to, MaxFailures = 10, Life = TimeSpan.FromHours(1) };

    private static HostDigest Host(string id, long? free) => FleetItems.Host(id) with { DiskFreeBytes = free };

    private static TenantRecord Tenant(long bytes) => FleetItems.Tenant(Guid.NewGuid(), "web-1") with { SizeBytes = bytes, ReplicatedTxid = "000000000000002a" };
}
