using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Tests.Drills;

/// <summary>What an agent says is in a replica, and what is.</summary>
public sealed class ReplicaLookDrillTests
{
    [Fact]
    public async Task An_agent_that_says_more_than_is_there_is_found_by_who_looks_and_settled_when_it_is_there()
    {
        await using var fleet = await DrilledFleet.StartAsync();
        fleet.Seeded.Host("web-1");
        var tenants = await fleet.ReplicateAsync(2);
        var worker = fleet.Worker();
        await fleet.RoundAsync(worker);
        // Its uploads went nowhere, and it says that all is well.
        var said = Later(tenants[0].ReplicatedTxid!, 5);
        Claim(fleet, tenants[0], said, fleet.Time.GetUtcNow().AddMinutes(-10));
        fleet.Skip(TimeSpan.FromHours(7));
        Assert.Equal(1, (await fleet.RoundAsync(worker)).Behind);
        var problem = Assert.Single((await fleet.Seeded.GetAsync("/api/problems")).GetProperty("items").EnumerateArray());
        Assert.Equal(("not-in-replica", tenants[0].Tenant, "web-1"), (problem.GetProperty("kind").GetString(), problem.GetProperty("tenantId").GetGuid(), problem.GetProperty("hostId").GetString()));
        Assert.Contains(said, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains(tenants[0].ReplicatedTxid!, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var shown = await fleet.Seeded.GetAsync($"/api/tenants/{tenants[0].Tenant}");
        Assert.Equal(("unhealthy", "not-in-replica", tenants[0].ReplicatedTxid), (shown.GetProperty("health").GetString(), shown.GetProperty("problem").GetString(), shown.GetProperty("seenTxid").GetString()));
        Assert.Equal(1, fleet.Slice(tenants[0].Tenant).Behind);

        // However often its agent says so, the problem stands, and since when it does.
        var since = fleet.Tenant(tenants[0].Tenant).BehindSince;
        Claim(fleet, tenants[0], said, fleet.Time.GetUtcNow().AddMinutes(-10));
        fleet.Skip(TimeSpan.FromHours(7));
        Assert.Equal(1, (await fleet.RoundAsync(worker)).Behind);
        Assert.Equal(since, fleet.Tenant(tenants[0].Tenant).BehindSince);
        Assert.Single((await fleet.Seeded.GetAsync("/api/problems")).GetProperty("items").EnumerateArray());

        Claim(fleet, tenants[0], tenants[0].ReplicatedTxid!, fleet.Time.GetUtcNow().AddMinutes(-10));
        fleet.Skip(TimeSpan.FromHours(7));
        Assert.Equal(0, (await fleet.RoundAsync(worker)).Behind);
        Assert.Empty((await fleet.Seeded.GetAsync("/api/problems")).GetProperty("items").EnumerateArray());
        Assert.Null(fleet.Tenant(tenants[0].Tenant).BehindSince);
    }

    [Fact]
    public async Task What_was_said_a_moment_ago_has_the_objectives_time_to_come_true()
    {
        await using var fleet = await DrilledFleet.StartAsync();
        var tenant = (await fleet.ReplicateAsync(1))[0];
        var worker = fleet.Worker();
        await fleet.RoundAsync(worker);
        fleet.Skip(TimeSpan.FromHours(7));
        Claim(fleet, tenant, Later(tenant.ReplicatedTxid!, 5), fleet.Time.GetUtcNow().AddSeconds(-250));
        Assert.Equal(0, (await fleet.RoundAsync(worker)).Behind);
    }

    [Fact]
    public async Task What_was_captured_and_should_be_there_by_now_counts_unless_the_agent_says_itself_that_it_is_late()
    {
        await using var fleet = await DrilledFleet.StartAsync();
        var tenants = await fleet.ReplicateAsync(2);
        var worker = fleet.Worker();
        await fleet.RoundAsync(worker);
        fleet.Skip(TimeSpan.FromHours(7));
        foreach (var (tenant, problem) in tenants.Zip([null, ProblemWords.Late]))
            fleet.Seeded.Put(TenantItem.Write(fleet.Tenant(tenant.Tenant) with { Txid = Later(tenant.Txid!, 1), Problem = problem, UpdatedAt = fleet.Time.GetUtcNow().AddMinutes(-10) }));
        Assert.Equal(1, (await fleet.RoundAsync(worker)).Behind);
        Assert.NotNull(fleet.Tenant(tenants[0].Tenant).BehindSince);
        Assert.Null(fleet.Tenant(tenants[1].Tenant).BehindSince);
    }

    [Fact]
    public async Task Objects_that_went_away_are_noticed_by_the_next_drill_though_nothing_new_was_said()
    {
        await using var fleet = await DrilledFleet.StartAsync();
        fleet.Seeded.Host("web-1");
        var tenant = (await fleet.ReplicateAsync(1, commits: 4))[0];
        var worker = fleet.Worker();
        await fleet.RoundAsync(worker);
        foreach (var file in fleet.NewestFiles(tenant))
            File.Delete(file);
        fleet.Skip(TimeSpan.FromDays(7));
        var report = await fleet.RoundAsync(worker);
        Assert.Equal((1, 1), (report.Passed, report.Behind));
    }

    private static void Claim(DrilledFleet fleet, TenantRecord tenant, string txid, DateTimeOffset at) =>
        fleet.Seeded.Put(TenantItem.Write(fleet.Tenant(tenant.Tenant) with { Txid = txid, ReplicatedTxid = txid, UpdatedAt = ItemTime.Rounded(at) }));

    private static string Later(string txid, ulong by) => (Convert.ToUInt64(txid, 16) + by).ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
