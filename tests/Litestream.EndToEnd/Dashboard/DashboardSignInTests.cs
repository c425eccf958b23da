using Litestream.EndToEnd.Fleet;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Microsoft.Playwright;

namespace Litestream.EndToEnd.Dashboard;

/// <summary>An API that wants to know who asks: tokens of a file, or an issuer behind config.json.</summary>
public sealed class DashboardSignInTests(Chromium chromium) : IClassFixture<Chromium>
{
    [NeedsChromium]
    public async Task A_token_of_the_api_is_asked_for_and_forgotten_with_the_page()
    {
        using var hosts = await FleetHosts.BeginAsync();
        var (api, token) = await StartAsync(hosts);
        using var _ = api;
        await using var visitor = await chromium.VisitAsync(api.Http.BaseAddress!);
        await visitor.GoAsync("/#/settings");
        await visitor.Page.GetByLabel("Token").FillAsync("not one of them");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await visitor.SeesAsync(visitor.Page.GetByLabel("Token"));
        await visitor.IsSoundAsync("a sign-in");
        await visitor.ShowAsync("sign-in");
        await visitor.Page.GetByLabel("Token").FillAsync(token);
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await visitor.SeesAsync("Answers here");
        await visitor.Page.ReloadAsync();
        await visitor.SeesAsync(visitor.Page.GetByLabel("Token"));
    }

    [NeedsChromium]
    public async Task Who_signs_in_with_the_issuer_comes_back_to_where_they_were_with_a_token_in_memory_only()
    {
        using var hosts = await FleetHosts.BeginAsync();
        var (api, token) = await StartAsync(hosts);
        using var _ = api;
        // So short that every request renews it.
        await using var issuer = await SmallIssuer.StartAsync(token, life: 30);
        await using var site = await SiteOfAFleet.StartAsync(api.Http.BaseAddress!, issuer);
        await using var visitor = await chromium.VisitAsync(site.Address);
        await visitor.GoAsync("/#/settings");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await visitor.SeesAsync("Answers here");

        Assert.EndsWith("/#/settings", visitor.Page.Url, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => issuer.Refreshes > 0, () => "the token is renewed");
        var kept = await visitor.Page.EvaluateAsync<string>("() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])");
        Assert.Equal("[{},{},\"\"]", kept);
        await visitor.IsSoundAsync("signed in");
    }

    private static async Task<(RunningApi Api, string Token)> StartAsync(FleetHosts hosts)
    {
        var made = (await ChildProcess.RunAsync(PublishedCloud.Path, ["token", "ann", "fleet.read,fleet.restore,fleet.admin"], hosts.Sandbox.Root)).MustSucceed();
        var file = Path.Combine(hosts.Sandbox.Root, "tokens");
        await File.WriteAllTextAsync(file, made.Output);
        var api = await RunningApi.StartAsync(hosts.Sandbox, hosts.Table.Name, hosts.Table.Variables, "-tokens", file);
        return (api, made.Errors.Split(": ")[^1].Trim());
    }
}
