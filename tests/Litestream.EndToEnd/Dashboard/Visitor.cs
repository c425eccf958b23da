using System.Text.Json;
using Litestream.EndToEnd.Programs;
using Microsoft.Playwright;

namespace Litestream.EndToEnd.Dashboard;

/// <summary>A person before the dashboard. What the page complains of (scripts, its policy) fails the test.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private const int MostTabs = 80;
    private readonly Uri _address;
    private readonly List<string> _complaints = [];

    public Visitor(IPage page, Uri address)
    {
        (Page, _address) = (page, address);
        page.SetDefaultTimeout((float)Eventually.Patience.TotalMilliseconds);
        page.PageError += (_, error) => _complaints.Add(error);
        // An answer that is an error is written there by the browser, too; views show those.
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains("Failed to load resource", StringComparison.Ordinal))
                _complaints.Add(message.Text);
        };
    }

    public IPage Page { get; }

    public async Task GoAsync(string place)
    {
        await Page.GotoAsync(new Uri(_address, place).ToString());
        await Page.Locator("main h1").First.WaitForAsync();
    }

    public Task SeesAsync(string text) => SeesAsync(Page.GetByText(text));

    public async Task SeesAsync(ILocator what)
    {
        try
        {
            await what.First.WaitForAsync();
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{what} is not seen; at {Page.Url}: {await Page.Locator("main").InnerTextAsync()}");
        }
    }

    /// <summary>With Tab alone, as somebody without a mouse.</summary>
    public async Task TabToAsync(string selector, bool isBackwards = false)
    {
        for (var i = 0; i < MostTabs; i++)
        {
            await Page.Keyboard.PressAsync(isBackwards ? "Shift+Tab" : "Tab");
            if (await Page.EvaluateAsync<bool>("selector => document.activeElement?.matches(selector) ?? false", selector))
                return;
        }
        Assert.Fail($"{MostTabs} Tabs do not come to {selector}");
    }

    /// <summary>Kept in out/dashboard: somebody should look at it.</summary>
    public async Task ShowAsync(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "out", "dashboard")).FullName;
        await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
    }

    /// <summary>No rule of axe-core is broken, nothing is wider than the window, and the page complained of nothing.</summary>
    public async Task IsSoundAsync(string where)
    {
        var axe = await File.ReadAllTextAsync(Path.Combine(await NodeModules.FolderAsync(), "axe-core", "axe.min.js"));
        await Page.EvaluateAsync(axe);
        var found = await Page.EvaluateAsync<JsonElement>("async () => (await axe.run(document)).violations.map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + ' ' + n.failureSummary).join(' | ')}`)");
        Assert.True(found.GetArrayLength() == 0, $"{where}: {string.Join("\n", found.EnumerateArray().Select(f => f.GetString()))}");
        Assert.True(await Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), $"{where} is wider than the window");
        Assert.True(_complaints.Count == 0, $"{where}: {string.Join("\n", _complaints)}");
    }

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
