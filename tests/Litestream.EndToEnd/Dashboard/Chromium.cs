using Litestream.EndToEnd.Needs;
using Microsoft.Playwright;

namespace Litestream.EndToEnd.Dashboard;

/// <summary>One browser for a class of tests, started by the first that needs it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.CloseAsync();
        _playwright?.Dispose();
    }

    /// <summary>A person who was never here.</summary>
    internal async Task<Visitor> VisitAsync(Uri address, ColorScheme scheme = ColorScheme.Light, int width = 1280, int height = 860)
    {
        _playwright ??= await Playwright.CreateAsync();
        _browser ??= await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = NeedsChromiumAttribute.Program,
            Args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var context = await _browser.NewContextAsync(new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = height }, TimezoneId = "Europe/Vienna" });
        return new(await context.NewPageAsync(), address);
    }
}
