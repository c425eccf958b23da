using System.Globalization;
using Litestream.EndToEnd.Fleet;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet.Items;
using Microsoft.Playwright;

namespace Litestream.EndToEnd.Dashboard;

/// <summary>The past of a tenant over a week, with a hole in it: files between two full images are gone.</summary>
public sealed class DashboardOfAPastTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const int Before = 8;
    private const int Behind = 12;

    [NeedsChromium]
    public async Task What_lies_in_a_gap_cannot_be_chosen_and_zoom_shows_a_part_of_what_there_is()
    {
        using var hosts = await FleetHosts.BeginAsync();
        var (tenant, edge, image) = await WithAGapAsync(hosts);
        using var api = await RunningApi.StartAsync(hosts.Sandbox, hosts.Table.Name, hosts.Table.Variables);
        var timeline = await api.GetAsync($"/api/tenants/{tenant.Id}/timeline");
        Assert.Equal(2, timeline.GetProperty("ranges").GetArrayLength());
        var states = timeline.GetProperty("points").GetArrayLength();

        await using var visitor = await chromium.VisitAsync(api.Http.BaseAddress!);
        await visitor.GoAsync($"/#/tenants/{tenant.Id}");
        var canvas = visitor.Page.Locator(".canvas");
        await visitor.SeesAsync($"{states} of {states}");
        await Assertions.Expect(visitor.Page.Locator("rect.band")).ToHaveCountAsync(2);
        await visitor.SeesAsync(visitor.Page.Locator("circle.drill.pass"));
        await visitor.IsSoundAsync("a past with a gap");
        await visitor.ShowAsync("tenant-gap");

        // The middle between the two bands, by mouse: one of its edges is taken.
        var (left, right) = ((await visitor.Page.Locator("rect.band").First.BoundingBoxAsync())!, (await visitor.Page.Locator("rect.band").Nth(1).BoundingBoxAsync())!);
        var box = (await canvas.BoundingBoxAsync())!;
        await canvas.ClickAsync(new() { Position = new() { X = (left.X + left.Width + right.X) / 2 - box.X, Y = 60 } });
        await ChosenAsync(visitor, edge, image);
        // By a time, and by a transaction, in it: the state before.
        var hole = DateTimeOffset.Parse(timeline.GetProperty("ranges")[0].GetProperty("toTime").GetString()!, CultureInfo.InvariantCulture).AddHours(9);
        await TypeAsync(visitor, hole.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        await ChosenAsync(visitor, edge);
        await visitor.SeesAsync("The newest state before it was captured");
        await TypeAsync(visitor, (image - 1).ToString("x", CultureInfo.InvariantCulture));
        await ChosenAsync(visitor, edge);
        // By keyboard: over it in one step, either way.
        await canvas.FocusAsync();
        await visitor.Page.Keyboard.PressAsync("ArrowRight");
        await ChosenAsync(visitor, image);
        await visitor.Page.Keyboard.PressAsync("ArrowLeft");
        await ChosenAsync(visitor, edge);
        // There is nothing for hours: ten minutes later is the next state that there is.
        await visitor.Page.Keyboard.PressAsync("PageDown");
        await ChosenAsync(visitor, image);

        // The last day holds two states, the last hour one; what was chosen stays chosen.
        var all = await visitor.Page.Locator("rect.density").CountAsync();
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "24 h" }).ClickAsync();
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Button, new() { Name = "24 h" })).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(visitor.Page.Locator("rect.density")).ToHaveCountAsync(2);
        await visitor.ShowAsync("tenant-gap-day");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "1 h" }).ClickAsync();
        await Assertions.Expect(visitor.Page.Locator("rect.density")).ToHaveCountAsync(1);
        await ChosenAsync(visitor, image);
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "All" }).ClickAsync();
        await Assertions.Expect(visitor.Page.Locator("rect.density")).ToHaveCountAsync(all);
        await canvas.FocusAsync();
        for (var i = 0; i < 4; i++)
            await visitor.Page.Keyboard.PressAsync("+");
        await Eventually.TrueAsync(async () => await visitor.Page.Locator("rect.density").CountAsync() < all, () => "less of it is seen, larger");
        await ChosenAsync(visitor, image);
        for (var i = 0; i < 4; i++)
            await visitor.Page.Keyboard.PressAsync("-");
        await Assertions.Expect(visitor.Page.Locator("rect.density")).ToHaveCountAsync(all);

        await using var dark = await chromium.VisitAsync(api.Http.BaseAddress!, ColorScheme.Dark, width: 400, height: 800);
        await dark.GoAsync($"/#/tenants/{tenant.Id}");
        await dark.SeesAsync($"{states} of {states}");
        await dark.IsSoundAsync("a past with a gap on a phone");
        await dark.ShowAsync("tenant-gap-dark-phone");
    }

    private static async Task TypeAsync(Visitor visitor, string text)
    {
        await visitor.Page.Locator("input.when").FillAsync(text);
        await visitor.Page.Locator("input.when").PressAsync("Enter");
    }

    /// <summary>The address has the chosen state; the picture says the same.</summary>
    private static async Task ChosenAsync(Visitor visitor, params long[] txids)
    {
        var names = txids.Select(t => t.ToString("x16", CultureInfo.InvariantCulture)).ToList();
        await Eventually.TrueAsync(() => names.Exists(name => visitor.Page.Url.EndsWith($"txid={name}", StringComparison.Ordinal)), () => $"{string.Join(" or ", names)} is chosen; at {visitor.Page.Url}");
        var chosen = visitor.Page.Url[^16..].TrimStart('0');
        await Assertions.Expect(visitor.Page.Locator(".canvas")).ToHaveAttributeAsync("aria-valuetext", new System.Text.RegularExpressions.Regex($"TXID {chosen},"));
    }

    /// <summary>Answers the last transaction before the gap, and the full image behind it. The files are as old as a busy week.</summary>
    private static async Task<(Tenant Tenant, long Edge, long Image)> WithAGapAsync(FleetHosts hosts)
    {
        var tenant = await hosts.CreateTenantAsync("web-1");
        // Nothing is merged: each commit has its file.
        var agent = RunningAgent.Launch(hosts.Sandbox, hosts.Table.Variables, "replicate", "-watch-dir", hosts.FolderOf("web-1"), "-state-dir", hosts.StateOf("web-1"), "-replica", hosts.Sandbox.ReplicaUrl,
            "-host-id", "web-1", "-fleet-table", hosts.Table.Name, "-fleet-interval", "1s", "-sync-interval", "100ms", "-level-intervals", "1h,2h,3h");
        await Eventually.TrueAsync(async () => await hosts.TenantAsync(tenant) is { ReplicatedTxid: not null }, () => $"it is replicated\n{agent.Said}");
        using (var application = await tenant.OpenAsync())
        {
            for (var i = 0; i < Before + 3; i++)
                await CommitAsync(application, agent, tenant);
            Assert.Equal(CommandStates.Done, (await hosts.RunAsync("web-1", agent, tenant, CommandKinds.Snapshot)).State);
            for (var i = 0; i < Behind; i++)
                await CommitAsync(application, agent, tenant);
            Assert.Equal(CommandStates.Done, (await hosts.RunAsync("web-1", agent, tenant, CommandKinds.Drill)).State);
            await application.EndAsync();
        }
        await agent.StopInOrderAsync();

        var image = tenant.Files(9).Max(f => f.Max);
        var edge = image - 3;
        foreach (var file in Directory.GetFiles(tenant.ReplicaFolder, "*.ltx", SearchOption.AllDirectories))
        {
            var (level, max) = (Path.GetFileName(Path.GetDirectoryName(file))!, long.Parse(Path.GetFileNameWithoutExtension(file)[17..], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            if (level != "9" && max > edge && max <= image)
                File.Delete(file);
            else
                File.SetLastWriteTimeUtc(file, When(max, image, tenant.Files(0).Max(f => f.Max)));
        }
        return (tenant, edge, image);
    }

    /// <summary>An hour apart a week ago; behind the gap some hours apart, and the last two half a day and a moment ago.</summary>
    private static DateTime When(long txid, long image, long last)
    {
        var now = DateTime.UtcNow.AddSeconds(-1);
        return txid < image ? now.AddDays(-6.5).AddHours(txid) : txid == last ? now : txid == last - 1 ? now.AddHours(-12) : now.AddDays(-4).AddHours(3 * (txid - image));
    }

    private static async Task CommitAsync(Application application, RunningAgent agent, Tenant tenant)
    {
        await application.InsertAsync(1);
        await agent.SyncAsync(tenant.Id);
    }
}
