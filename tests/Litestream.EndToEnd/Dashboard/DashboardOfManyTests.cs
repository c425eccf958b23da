using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Microsoft.Playwright;

namespace Litestream.EndToEnd.Dashboard;

/// <summary>Several tenants at once: chosen in a list, told something together.</summary>
public sealed class DashboardOfManyTests(Chromium chromium) : IClassFixture<Chromium>, IDisposable
{
    private static readonly string[] Wanted = ["paused", "active"];
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [NeedsChromium]
    public async Task Those_that_are_chosen_are_paused_resumed_and_drilled_and_the_rest_is_left_alone()
    {
        var tenants = new List<Tenant>();
        for (var i = 0; i < 4; i++)
            tenants.Add(await _sandbox.CreateTenantAsync());
        using var agent = await RunningAgent.StartAsync(_sandbox);
        foreach (var tenant in tenants)
            await agent.WaitForActiveAsync(tenant.Id);
        var (chosen, rest) = (tenants[..3], tenants[3]);
        await using var visitor = await chromium.VisitAsync(agent.Http.BaseAddress!);
        await visitor.GoAsync("/");
        await visitor.Page.Locator("a.cell").ClickAsync();
        await visitor.SeesAsync("4 tenants shown");
        foreach (var word in Wanted)
        {
            foreach (var tenant in chosen)
                await visitor.Page.GetByLabel($"Choose {tenant.Id}").CheckAsync();
            await visitor.SeesAsync("3 tenants chosen");
            await visitor.Page.GetByRole(AriaRole.Button, new() { Name = word == "paused" ? "Pause" : "Resume" }).ClickAsync();
            // What it is that one confirms, and the same from a shell.
            var dialog = visitor.Page.Locator("dialog[open]");
            await visitor.SeesAsync(dialog.GetByRole(AriaRole.Heading, new() { Name = $"{(word == "paused" ? "Pause" : "Resume")} 3 tenants" }));
            foreach (var tenant in chosen)
                await Assertions.Expect(dialog.Locator("code")).ToContainTextAsync(tenant.Id);
            await visitor.IsSoundAsync("a question before something is done");
            await visitor.ShowAsync(word == "paused" ? "bulk" : "bulk-resume");
            await dialog.Locator(".primary").ClickAsync();
            foreach (var tenant in chosen)
                await agent.WaitForAsync(tenant.Id, client => client.Status == word, $"is {word}");
            Assert.Equal("active", (await agent.ClientAsync(rest.Id))!.Status);
        }

        await visitor.Page.GetByLabel("Choose all shown").CheckAsync();
        await visitor.SeesAsync("4 tenants chosen");
        await visitor.Page.GetByLabel($"Choose {rest.Id}").UncheckAsync();
        await visitor.SeesAsync("3 tenants chosen");
        await visitor.Page.GetByRole(AriaRole.Group, new() { Name = "Actions for the chosen tenants" }).GetByRole(AriaRole.Button, new() { Name = "Drill" }).ClickAsync();
        await visitor.Page.Locator("dialog[open] .primary").ClickAsync();
        await visitor.SeesAsync("Drill of 3 tenants");
        await visitor.SeesAsync(visitor.Page.Locator("h1 .state.ok"));
        await visitor.IsSoundAsync("a job of drills");
        await visitor.ShowAsync("job-drills");
        await visitor.GoAsync("/#/jobs");
        await visitor.SeesAsync("drill of 3 tenants");
        await visitor.SeesAsync("99 % are faster");
        await visitor.IsSoundAsync("jobs with drills");
        await visitor.ShowAsync("jobs-drills");
        // Measured now: a plan says how long it takes.
        await visitor.GoAsync($"/#/restore?tenant={chosen[0].Id}&txid=0000000000000001");
        await visitor.SeesAsync("Takes about");
        await Assertions.Expect(visitor.Page.GetByText("no drill was measured")).ToHaveCountAsync(0);
    }

    [NeedsChromium]
    public async Task A_whole_host_is_drilled_with_one_word()
    {
        var tenants = new[] { await _sandbox.CreateTenantAsync(), await _sandbox.CreateTenantAsync() };
        using var agent = await RunningAgent.StartAsync(_sandbox);
        foreach (var tenant in tenants)
            await agent.WaitForActiveAsync(tenant.Id);
        await using var visitor = await chromium.VisitAsync(agent.Http.BaseAddress!, ColorScheme.Dark);
        await visitor.GoAsync("/");
        await visitor.Page.Locator("a.cell").ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Drill all" }).ClickAsync();
        await Assertions.Expect(visitor.Page.Locator("dialog[open] code")).ToContainTextAsync("litestream fleet drill");
        await visitor.Page.Locator("dialog[open] .primary").ClickAsync();
        await visitor.SeesAsync("Drill of 2 tenants");
        await visitor.SeesAsync(visitor.Page.Locator("h1 .state.ok"));
        await visitor.GoAsync("/#/jobs");
        await visitor.SeesAsync("99 % are faster");
        await visitor.IsSoundAsync("jobs with drills in the dark");
        await visitor.ShowAsync("jobs-drills-dark");
    }
}
