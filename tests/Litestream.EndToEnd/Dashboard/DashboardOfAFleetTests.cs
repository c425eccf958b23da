using System.Globalization;
using Litestream.EndToEnd.Fleet;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Microsoft.Playwright;

namespace Litestream.EndToEnd.Dashboard;

/// <summary>The dashboard that the fleet's API serves, over real agents and a table by others.</summary>
public sealed class DashboardOfAFleetTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const int Many = 10_000;

    [NeedsChromium]
    public async Task Every_view_is_sound_in_light_and_dark_and_on_a_phone_and_a_lost_host_is_unknown()
    {
        using var hosts = await FleetHosts.BeginAsync();
        var agents = new Dictionary<string, RunningAgent>();
        Tenant? tenant = null;
        foreach (var id in new[] { "web-1", "web-2", "web-3" })
        {
            for (var i = 0; i < 4; i++)
                tenant = await hosts.CreateTenantAsync(id);
            agents[id] = await hosts.StartAsync(id);
        }
        using var api = await RunningApi.StartAsync(hosts.Sandbox, hosts.Table.Name, hosts.Table.Variables);
        await Eventually.PassesAsync(async () => Assert.Equal(12, (await api.GetAsync("/api/status")).GetProperty("activeClients").GetInt32()));

        await using (var visitor = await chromium.VisitAsync(api.Http.BaseAddress!))
        {
            await visitor.GoAsync("/");
            await visitor.SeesAsync("3 live hosts, 12 tenants");
            await WalkAsync(visitor, tenant!, "");
        }
        await using (var visitor = await chromium.VisitAsync(api.Http.BaseAddress!, ColorScheme.Dark))
            await WalkAsync(visitor, tenant!, "-dark");

        await agents["web-2"].KillAsync();
        await using (var visitor = await chromium.VisitAsync(api.Http.BaseAddress!))
        {
            await visitor.GoAsync("/");
            await visitor.SeesAsync(visitor.Page.Locator("a.cell.unknown[href='#/hosts/web-2']"));
            await visitor.SeesAsync("heard of web-2 since");
            await visitor.SeesAsync(visitor.Page.Locator(".figures .unknown .value"));
            await visitor.IsSoundAsync("a fleet with a lost host");
            await visitor.ShowAsync("fleet-lost");
            await visitor.Page.Locator("a.cell.unknown").ClickAsync();
            // What was right counts only while its host is heard of.
            await visitor.SeesAsync(visitor.Page.Locator("td .state.unknown"));
            Assert.Equal(0, await visitor.Page.Locator("td .state.ok").CountAsync());
            await visitor.ShowAsync("host-lost");
        }
        await using (var visitor = await chromium.VisitAsync(api.Http.BaseAddress!, width: 400, height: 800))
            await WalkAsync(visitor, tenant!, "-phone");
    }

    [NeedsChromium]
    public async Task One_of_ten_thousand_is_found_by_the_beginning_of_its_guid()
    {
        using var hosts = await FleetHosts.BeginAsync();
        var now = DateTimeOffset.UtcNow;
        var digest = new HostDigest { HostId = "web-1", State = HostStates.Running, At = now, StartedAt = now.AddHours(-1), IntervalSeconds = 600, Version = "0.1.0", Tenants = Many, Active = Many, LagLimitSeconds = 300 };
        Assert.True(await hosts.Table.TryUpdateAsync(HostDigestItem.Register(digest)));
        var tenants = Enumerable.Range(0, Many).Select(i => Guid.ParseExact((i * 7919L % 0x1_0000_0000L * 7919 % 0x1_0000_0000L).ToString("x8", CultureInfo.InvariantCulture) + $"00004000800000000000{i:x4}", "N")).ToList();
        await Parallel.ForEachAsync(tenants, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (tenant, _) => Assert.True(await hosts.Table.TryUpdateAsync(TenantItem.Describe(new()
        {
            Tenant = tenant,
            HostId = "web-1",
            Epoch = 1,
            Replica = $"file:///srv/backups/databases/{tenant}",
            Path = $"/srv/data/{tenant}.db",
            Status = StatusWords.Active,
            Since = now,
            UpdatedAt = now,
        }))));
        using var api = await RunningApi.StartAsync(hosts.Sandbox, hosts.Table.Name, hosts.Table.Variables);
        await using var visitor = await chromium.VisitAsync(api.Http.BaseAddress!);

        await visitor.GoAsync("/#/hosts/web-1");
        await visitor.SeesAsync("100 tenants shown, there are more");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Show 100 more" }).ClickAsync();
        await visitor.SeesAsync("200 tenants shown, there are more");
        await visitor.ShowAsync("host-of-ten-thousand");
        var wanted = tenants[Many / 2].ToString();
        await visitor.Page.GetByLabel("The beginning of a GUID").FillAsync(wanted[..8]);
        await visitor.SeesAsync("1 tenant shown");
        await visitor.SeesAsync(visitor.Page.Locator("td mark", new() { HasText = wanted[..8] }));
        // The search is in the address: a reload finds the same.
        Assert.Contains($"q={wanted[..8]}", visitor.Page.Url, StringComparison.Ordinal);
        await visitor.Page.ReloadAsync();
        await visitor.SeesAsync("1 tenant shown");
        await visitor.Page.GetByLabel("The beginning of a GUID").FillAsync("xyz");
        await visitor.SeesAsync("not the beginning of a GUID");
        await visitor.IsSoundAsync("a search");
    }

    private static async Task WalkAsync(Visitor visitor, Tenant tenant, string suffix)
    {
        foreach (var (name, place) in new[]
                 {
                     ("fleet", "/"), ("host", "/#/hosts/web-1"), ("tenants", $"/#/tenants?q={tenant.Id[..2]}"), ("tenant", $"/#/tenants/{tenant.Id}"), ("restore", $"/#/restore?tenant={tenant.Id}"),
                     ("jobs", "/#/jobs"), ("audit", "/#/audit"), ("settings", "/#/settings"), ("nowhere", "/#/nowhere"),
                 })
        {
            await visitor.GoAsync(place);
            await Assertions.Expect(visitor.Page.Locator(".skeleton")).ToHaveCountAsync(0);
            await visitor.IsSoundAsync(name + suffix);
            await visitor.ShowAsync(name + suffix);
        }
    }
}
