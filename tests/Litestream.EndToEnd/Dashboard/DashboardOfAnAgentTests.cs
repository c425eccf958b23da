using System.Globalization;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Microsoft.Playwright;

namespace Litestream.EndToEnd.Dashboard;

/// <summary>The dashboard that an agent serves for its own host.</summary>
public sealed class DashboardOfAnAgentTests(Chromium chromium) : IClassFixture<Chromium>, IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [NeedsChromium]
    public async Task The_first_visit_is_empty_and_tenants_appear_while_one_looks()
    {
        await File.WriteAllTextAsync(Path.Combine(_sandbox.Data, "customers.db"), "no database, and no GUID");
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await using var visitor = await chromium.VisitAsync(agent.Http.BaseAddress!);
        await visitor.GoAsync("/");
        await visitor.SeesAsync("No tenants yet");
        await visitor.SeesAsync(Path.Combine(_sandbox.Data, "customers.db"));
        await visitor.IsSoundAsync("the first visit");
        await visitor.ShowAsync("agent-first-visit");

        var tenant = await _sandbox.CreateTenantAsync();
        await visitor.SeesAsync("1 of 1 tenant replicated");
        await visitor.Page.Locator("a.cell").ClickAsync();
        await visitor.SeesAsync(tenant.Id);
        await visitor.ShowAsync("agent-host");
    }

    [NeedsChromium]
    public async Task Who_is_away_is_said_with_the_age_of_what_is_shown_and_nothing_can_be_pressed()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        await using var visitor = await chromium.VisitAsync(agent.Http.BaseAddress!);
        await visitor.GoAsync($"/#/tenants/{tenant.Id}");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sync" })).ToBeEnabledAsync();

        await agent.KillAsync();
        await visitor.SeesAsync("No answer from the API.");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sync" })).ToBeDisabledAsync();
        await visitor.SeesAsync("the API does not answer");
        // Old numbers turn grey and say so.
        await visitor.SeesAsync(visitor.Page.Locator(".figures.stale .freshness.old"));
        // What was right is unknown now, and never green.
        await visitor.SeesAsync(visitor.Page.Locator("h1 .state.unknown"));
        Assert.Equal(0, await visitor.Page.Locator(".state.ok").CountAsync());
        await visitor.IsSoundAsync("an agent that is away");
        await visitor.ShowAsync("agent-away");
    }

    [NeedsChromium]
    public async Task A_tenant_goes_back_to_a_time_by_mouse_and_forth_again()
    {
        var (tenant, application) = await WithOneStateAsync();
        using var _ = application;
        using var agent = await RunningAgent.StartAsync(_sandbox);
        var noon = await AddSecondStateAsync(tenant, application, agent);
        await using var visitor = await chromium.VisitAsync(agent.Http.BaseAddress!);
        await visitor.GoAsync($"/#/tenants/{tenant.Id}");
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Restore …" }).ClickAsync();

        // The far left of the picture is the oldest state there is.
        await visitor.Page.Locator(".canvas").ClickAsync(new() { Position = new() { X = 4, Y = 60 } });
        await visitor.SeesAsync("1 of ");
        await visitor.Page.Locator("input.when").FillAsync(noon.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        await visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "When" }).ClickAsync();
        await visitor.SeesAsync("Takes about");
        await visitor.IsSoundAsync("a restore");
        await visitor.ShowAsync("restore");
        await visitor.Page.Locator("input[name=confirm]").FillAsync(tenant.Id[^6..]);
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Restore", Exact = true }).ClickAsync();

        await visitor.SeesAsync(visitor.Page.Locator("h1 .state.ok"));
        Assert.Equal(["before"], await application.ExecuteAsync("SELECT text FROM marks"));
        await visitor.IsSoundAsync("a job");
        await visitor.ShowAsync("job");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await visitor.Page.Locator("dialog .primary").ClickAsync();
        await visitor.SeesAsync("Undo of 1 tenant");
        await visitor.SeesAsync(visitor.Page.Locator("h1 .state.ok"));
        Assert.Equal(["before", "after"], await application.ExecuteAsync("SELECT text FROM marks ORDER BY rowid"));
    }

    [NeedsChromium]
    public async Task A_tenant_goes_back_by_keyboard_alone()
    {
        var (tenant, application) = await WithOneStateAsync();
        using var _ = application;
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await AddSecondStateAsync(tenant, application, agent);
        await using var visitor = await chromium.VisitAsync(agent.Http.BaseAddress!);
        await visitor.GoAsync("/");
        var keys = visitor.Page.Keyboard;
        await keys.PressAsync("/");
        await keys.TypeAsync(tenant.Id[..8]);
        await keys.PressAsync("Enter");
        await visitor.SeesAsync(visitor.Page.Locator("td a.guid"));
        await visitor.TabToAsync("td a.guid");
        await keys.PressAsync("Enter");
        await visitor.SeesAsync(visitor.Page.Locator(".canvas"));
        await visitor.TabToAsync("a.button.primary");
        await keys.PressAsync("Enter");
        await visitor.SeesAsync(visitor.Page.Locator("restore-view .canvas"));
        await visitor.TabToAsync(".canvas");
        // From the newest state to the one before it.
        await keys.PressAsync("ArrowLeft");
        await visitor.SeesAsync("Takes about");
        await visitor.TabToAsync("input[name=confirm]");
        await keys.TypeAsync(tenant.Id[^6..]);
        await keys.PressAsync("Enter");
        await visitor.SeesAsync(visitor.Page.Locator("h1 .state.ok"));
        Assert.Equal(["before"], await application.ExecuteAsync("SELECT text FROM marks"));
    }

    private async Task<(Tenant Tenant, Application Application)> WithOneStateAsync()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        var application = await tenant.OpenAsync();
        await application.ExecuteAsync("CREATE TABLE marks (text)");
        await application.ExecuteAsync("INSERT INTO marks VALUES ('before')");
        return (tenant, application);
    }

    /// <summary>Answers a time between the two.</summary>
    private static async Task<DateTime> AddSecondStateAsync(Tenant tenant, Application application, RunningAgent agent)
    {
        await agent.WaitForActiveAsync(tenant.Id);
        await agent.SyncAsync(tenant.Id);
        var synced = DateTime.UtcNow;
        await Eventually.TrueAsync(() => DateTime.UtcNow > synced.AddSeconds(1), () => "a second passes");
        var between = DateTime.UtcNow;
        await application.ExecuteAsync("INSERT INTO marks VALUES ('after')");
        await agent.SyncAsync(tenant.Id);
        return between;
    }
}
