using System.Text.Json;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Tests.Api;

/// <summary>Problems of sixteen shards in one order, whole and once each, however they are paged.</summary>
public sealed class ProblemListTests
{
    [Fact]
    public async Task The_worst_come_first_each_once_on_pages_of_any_size()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var begun = SeededFleet.Now.AddHours(-1);
        var all = new List<TenantRecord>();
        for (var i = 0; i < 150; i++)
        {
            var problem = ProblemWords.All[random.Next(ProblemWords.All.Count)];
            // Many at the same moment: a host notices them at one look.
            all.Add(fleet.Tenant("web-1", t => t with { Problem = problem, Status = StatusWords.Error, Since = begun.AddSeconds(random.Next(3)), Detail = problem }));
        }
        var expected = all.Select(t => FleetKeys.ProblemSort(ProblemWords.SeverityOf(t.Problem!), t.Since)).OrderDescending(StringComparer.Ordinal).ToList();
        foreach (var limit in new[] { 1, 7, 100, 500 })
        {
            var listed = await fleet.Cloud.PagesAsync($"/api/problems?limit={limit}");
            Assert.True(all.Select(t => t.Tenant).Order().SequenceEqual(listed.Select(Tenant).Order()), $"seed {seed}, pages of {limit}: {listed.Count} of {all.Count}");
            Assert.Equal(expected, listed.Select(p => FleetKeys.ProblemSort(p.GetProperty("severity").GetInt32(), p.GetProperty("since").GetDateTimeOffset())));
        }
    }

    [Fact]
    public async Task A_host_that_is_not_heard_of_comes_before_its_tenants()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1", age: TimeSpan.FromMinutes(10));
        fleet.Host("web-2");
        fleet.Host("web-3", state: HostStates.StoppedEarly);
        fleet.Host("web-4", state: HostStates.Stopped);
        var split = fleet.Tenant("web-2", t => t with { Problem = ProblemWords.SplitBrain, Status = StatusWords.SplitBrain, Detail = "two hosts write it" });
        var problems = (await fleet.GetAsync("/api/problems")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal([("lost", "web-1", 3), ("stopped", "web-3", 2), ("split-brain", "web-2", 3)],
            problems.Select(p => (p.GetProperty("kind").GetString(), p.GetProperty("hostId").GetString(), p.GetProperty("severity").GetInt32())));
        Assert.Equal((split.Tenant, "two hosts write it"), (Tenant(problems[2]), problems[2].GetProperty("detail").GetString()));
    }

    [Theory]
    [InlineData("cursor=x")]
    [InlineData("cursor=MQpwcm9ibGVtcwow")]
    [InlineData("limit=0")]
    [InlineData("limit=501")]
    [InlineData("limit=1&limit=2")]
    public async Task Foreign_cursors_and_limits_are_refused(string query)
    {
        await using var fleet = await SeededFleet.StartAsync();
        Assert.Equal(query[0] == 'c' ? "bad-cursor" : "bad-parameter", await RunningCloud.CodeAsync(await fleet.Cloud.GetAsync($"/api/problems?{query}")));
    }

    private static Guid Tenant(JsonElement problem) => problem.GetProperty("tenantId").GetGuid();
}
