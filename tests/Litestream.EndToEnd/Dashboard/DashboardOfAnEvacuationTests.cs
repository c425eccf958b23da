using Litestream.EndToEnd.Fleet;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;
using Microsoft.Playwright;

namespace Litestream.EndToEnd.Dashboard;

/// <summary>A host is killed and does not come back: its page brings what it had to the two that are left.</summary>
public sealed class DashboardOfAnEvacuationTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const int Count = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly string[] Others = ["web-2", "web-3"];

    [NeedsChromium]
    public async Task A_host_is_lost_and_evacuated()
    {
        using var hosts = await FleetHosts.BeginAsync();
        var tenants = new List<Tenant>();
        for (var i = 0; i < Count; i++)
            tenants.Add(await hosts.CreateTenantAsync("web-1"));
        using var lost = await hosts.StartAsync("web-1");
        foreach (var tenant in tenants)
            await Eventually.TrueAsync(async () => await hosts.TenantAsync(tenant) is { ReplicatedTxid: not null }, () => $"{tenant.Id} is replicated\n{lost.Said}", Patience);
        foreach (var other in Others)
            await hosts.StartAsync(other);
        using var api = await RunningApi.StartAsync(hosts.Sandbox, hosts.Table.Name, hosts.Table.Variables);
        await lost.KillAsync();

        await using var visitor = await chromium.VisitAsync(api.Http.BaseAddress!);
        visitor.Page.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        await visitor.GoAsync("/#/hosts/web-1");
        // Offered as soon as nobody hears of it any more, and not before.
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Evacuate …" }).ClickAsync();
        await ChooseAsync(visitor);
        await visitor.IsSoundAsync("an evacuation's plan");
        await visitor.ShowAsync("evacuate");
        await using (var phone = await chromium.VisitAsync(api.Http.BaseAddress!, ColorScheme.Dark, width: 400, height: 800))
        {
            await phone.GoAsync("/#/evacuate/web-1");
            await ChooseAsync(phone);
            await phone.IsSoundAsync("an evacuation's plan on a phone");
            await phone.ShowAsync("evacuate-dark-phone");
        }

        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Evacuate" })).ToBeDisabledAsync();
        await visitor.Page.Locator("input[name=confirm]").FillAsync("web-1");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Evacuate" }).ClickAsync();
        await visitor.SeesAsync($"Evacuation of {Count} tenants");
        await visitor.SeesAsync(visitor.Page.Locator("h1 .state.ok"));
        await Assertions.Expect(visitor.Page.Locator("td .state.ok")).ToHaveCountAsync(Count);
        await visitor.IsSoundAsync("an evacuation");
        await visitor.ShowAsync("evacuation");

        // They are there, as they were, and somebody's again; each of the two has some.
        var owners = new List<string>();
        foreach (var tenant in tenants)
        {
            await Eventually.TrueAsync(async () => await hosts.TenantAsync(tenant) is { HostId: not "web-1", Status: StatusWords.Active }, () => $"{tenant.Id} is active elsewhere", Patience);
            owners.Add((await hosts.TenantAsync(tenant))!.HostId!);
            var there = tenant with { Directory = hosts.FolderOf(owners[^1]) };
            var digests = await WriterProgram.DigestsAsync(hosts.Sandbox, tenant.Path, there.Path);
            Assert.Equal(digests[tenant.Path], digests[there.Path]);
        }
        Assert.Equal(Others, owners.Distinct().Order(StringComparer.Ordinal));
        await visitor.GoAsync("/#/jobs");
        await visitor.SeesAsync($"evacuation of {Count} tenants");
        await visitor.IsSoundAsync("jobs with an evacuation");
        await visitor.GoAsync("/");
        await visitor.SeesAsync(visitor.Page.GetByRole(AriaRole.Link, new() { Name = $"evacuation of {Count} tenants" }));
    }

    private static async Task ChooseAsync(Visitor visitor)
    {
        foreach (var other in Others)
            await visitor.Page.Locator(".takers label", new() { HasText = other }).Locator("input").CheckAsync();
        await visitor.SeesAsync($"{Count} of {Count} tenants");
    }
}
