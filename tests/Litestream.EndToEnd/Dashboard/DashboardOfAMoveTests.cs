using Litestream.EndToEnd.Fleet;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;
using Microsoft.Playwright;

namespace Litestream.EndToEnd.Dashboard;

/// <summary>A tenant's page moves it to another host that lives, while its application writes; called back once, and then done.</summary>
public sealed class DashboardOfAMoveTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [NeedsChromium]
    public async Task A_tenant_is_moved_to_another_host_by_mouse()
    {
        using var hosts = await FleetHosts.BeginAsync();
        var tenant = await hosts.CreateTenantAsync("web-1");
        var held = Path.Combine(hosts.Sandbox.Root, "held");
        var hook = Path.Combine(hosts.Sandbox.Root, "hook.sh");
        ShellScript.Write(hook, $"""
            #!/bin/sh
            while test $1 = leaving && test -e {held}; do sleep 0.1; done
            """);
        using var first = await hosts.StartAsync("web-1", null, "-move-hook", hook);
        using var second = await hosts.StartAsync("web-2");
        await first.WaitForActiveAsync(tenant.Id);
        await hosts.OwnerIsAsync(tenant, "web-1", 1, StatusWords.Active);
        var there = tenant with { Directory = hosts.FolderOf("web-2") };
        await using var writer = await SteadyWriter.BeginAsync(tenant);
        writer.GoTo(there.Path);
        using var api = await RunningApi.StartAsync(hosts.Sandbox, hosts.Table.Name, hosts.Table.Variables);

        await using var visitor = await chromium.VisitAsync(api.Http.BaseAddress!);
        visitor.Page.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        await visitor.GoAsync($"/#/tenants/{tenant.Id}");
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Move …" }).ClickAsync();
        await visitor.Page.Locator("input[name=path]").FillAsync("nowhere");
        await ChooseAsync(visitor);
        await visitor.SeesAsync(visitor.Page.GetByRole(AriaRole.Alert));
        await visitor.Page.Locator("input[name=path]").FillAsync(hosts.FolderOf("web-2"));
        await visitor.SeesAsync(visitor.Page.Locator(".facts"));
        await visitor.SeesAsync($"litestream fleet move -api {api.Http.BaseAddress!.GetLeftPart(UriPartial.Authority)} -to web-2 -path {hosts.FolderOf("web-2")} {tenant.Id}");
        await visitor.IsSoundAsync("a move's plan");
        await visitor.ShowAsync("move");
        await using (var phone = await chromium.VisitAsync(api.Http.BaseAddress!, ColorScheme.Dark, width: 400, height: 800))
        {
            phone.Page.SetDefaultTimeout((float)Patience.TotalMilliseconds);
            await phone.GoAsync($"/#/move/{tenant.Id}");
            await ChooseAsync(phone);
            await phone.SeesAsync(phone.Page.Locator(".facts"));
            await phone.IsSoundAsync("a move's plan on a phone");
            await phone.ShowAsync("move-dark-phone");
        }

        // Its host's hook takes its time: until that agrees, the move is called back, and nothing has changed.
        await File.WriteAllTextAsync(held, "");
        await MoveAsync(visitor, tenant);
        await visitor.SeesAsync("hook is told");
        await visitor.ShowAsync("move-running");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel", Exact = true }).ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Call back" }).ClickAsync();
        await visitor.SeesAsync(visitor.Page.Locator("h1 .state", new() { HasText = "cancelled" }));
        await visitor.IsSoundAsync("a move called back");
        File.Delete(held);
        await hosts.OwnerIsAsync(tenant, "web-1", 1, StatusWords.Active);
        await writer.GoesOnAsync();
        Assert.Null(writer.LastError);

        await visitor.GoAsync($"/#/move/{tenant.Id}");
        await ChooseAsync(visitor);
        await MoveAsync(visitor, tenant);
        await visitor.SeesAsync(visitor.Page.Locator("h1 .state.ok"));
        await visitor.SeesAsync(visitor.Page.Locator(".figures div", new() { HasText = "nobody could write" }).Locator(".value", new() { HasTextRegex = new("^\\d") }));
        await visitor.IsSoundAsync("a move");
        await visitor.ShowAsync("moved");

        await writer.GoesOnAsync();
        await writer.StopAsync();
        await hosts.OwnerIsAsync(tenant, "web-2", 2, StatusWords.Active);
        await writer.HasEverythingAsync(there.Path);
        await visitor.GoAsync($"/#/tenants/{tenant.Id}");
        await visitor.SeesAsync(visitor.Page.Locator(".crumbs").GetByRole(AriaRole.Link, new() { Name = "web-2" }));
        await visitor.GoAsync("/#/jobs");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "move of 1 tenant" })).ToHaveCountAsync(2);
        await visitor.IsSoundAsync("jobs with moves");
        await visitor.ShowAsync("jobs-with-moves");

        // One host has nowhere to move anything to.
        await using var local = await chromium.VisitAsync(second.Http.BaseAddress!);
        await local.GoAsync($"/#/tenants/{tenant.Id}");
        await local.SeesAsync(local.Page.GetByRole(AriaRole.Button, new() { Name = "Sync" }));
        await Assertions.Expect(local.Page.GetByRole(AriaRole.Link, new() { Name = "Move …" })).ToHaveCountAsync(0);
    }

    private static Task ChooseAsync(Visitor visitor) => visitor.Page.Locator(".takers label", new() { HasText = "web-2" }).Locator("input").CheckAsync();

    private static async Task MoveAsync(Visitor visitor, Tenant tenant)
    {
        await visitor.SeesAsync(visitor.Page.Locator(".facts"));
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Move" })).ToBeDisabledAsync();
        await visitor.Page.Locator("input[name=confirm]").FillAsync(tenant.Id[^6..]);
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Move" }).ClickAsync();
        await visitor.SeesAsync("Move of 1 tenant");
    }
}
