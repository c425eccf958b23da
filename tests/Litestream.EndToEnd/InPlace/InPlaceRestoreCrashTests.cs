using Litestream.EndToEnd.Programs;
using Litestream.Replication;

namespace Litestream.EndToEnd.InPlace;

/// <summary>The agent is killed at each step of a restore in place, while applications have the database open: it has its old or its new state, whole.</summary>
public sealed class InPlaceRestoreCrashTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("RestoredAside", "2", false)]
    [InlineData("InPlaceLabelled", "2", true)]
    [InlineData("InPlaceHalfCopied", "2", true)]
    [InlineData("InPlaceCommitted", "1", true)]
    [InlineData("InPlacePublished", "1", true)]
    public async Task Killed_under_readers(string step, string expected, bool isLabelled)
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var application = await tenant.OpenAsync();
        var generations = await Generations.CreateAsync(application);
        await DieAsync(tenant, step, generations);

        Assert.Equal(expected, await generations.SeenAsync());
        await application.ExecuteAsync("INSERT INTO rows(writer, body, note) VALUES(7, 'x', 'while it was dead')");
        using var agent = await StartAgainAsync(tenant);

        Assert.Equal(expected, await generations.SeenAsync());
        Assert.Equal(1, await application.NumberAsync("SELECT count(*) FROM rows WHERE note = 'while it was dead'"));
        await CanBeUndoneAsync(tenant, generations, isLabelled);
        await agent.StopInOrderAsync();
    }

    [Theory]
    [InlineData("InPlaceLabelled", "2")]
    [InlineData("InPlaceLeftWal", "2")]
    [InlineData("InPlaceHalfCopied", "2")]
    [InlineData("InPlaceCommitted", "1")]
    [InlineData("InPlacePublished", "1")]
    public async Task Killed_alone_with_a_database_whose_page_size_changes(string step, string expected)
    {
        var tenant = await _sandbox.CreateTenantAsync("-page-size", "4096");
        using var application = await tenant.OpenAsync();
        var generations = await Generations.CreateAsync(application);
        await DieAsync(tenant, step, generations, async () =>
        {
            await application.ExecuteAsync("PRAGMA journal_mode=DELETE");
            await application.ExecuteAsync("PRAGMA page_size=8192");
            await application.ExecuteAsync("VACUUM");
            await application.ExecuteAsync("PRAGMA journal_mode=WAL");
        }, application.CloseConnectionAsync);

        using var agent = await StartAgainAsync(tenant);
        await application.OpenConnectionAsync();
        Assert.Equal(expected, await generations.SeenAsync());
        await application.CloseConnectionAsync();
        (await PublishedProgram.RunAsync(_sandbox, "restore", "-undo", tenant.Id)).MustSucceed();
        await application.OpenConnectionAsync();
        Assert.Equal("2", await generations.SeenAsync());
        await IsSoundAsync(tenant);
        await agent.StopInOrderAsync();
    }

    /// <summary>Generation 1, then 2, then a restore to 1 that ends in the middle.</summary>
    private async Task DieAsync(Tenant tenant, string step, Generations generations, Func<Task>? between = null, Func<Task>? before = null)
    {
        Assert.True(Enum.IsDefined(Enum.Parse<FaultPoint>(step)));
        using (var first = await RunningAgent.StartAsync(_sandbox))
        {
            await generations.BeginAsync(1);
            await first.WaitForActiveAsync(tenant.Id);
            await first.SyncAsync(tenant.Id);
            await first.StopInOrderAsync();
        }
        var txid = (await tenant.ListAsync()).Max(file => file.Max);
        await (between?.Invoke() ?? Task.CompletedTask);
        await generations.BeginAsync(2);
        using var agent = RunningAgent.Launch(_sandbox, new Dictionary<string, string> { ["LITESTREAM_CRASH_AT"] = step },
            "replicate", "-watch-dir", _sandbox.Data, "-replica", _sandbox.ReplicaUrl, "-sync-interval", "100ms", "-quiet-time", "200ms");
        await agent.WaitForLineAsync("Monitoring");
        await agent.WaitForActiveAsync(tenant.Id);
        await agent.SyncAsync(tenant.Id);
        await (before?.Invoke() ?? Task.CompletedTask);
        (await PublishedProgram.RunAsync(_sandbox, "restore", "-in-place", "-txid", $"{txid:x16}", tenant.Id)).Must(1);
        Assert.Equal(128 + Signal.Kill, await agent.WaitForExitAsync());
    }

    private async Task<RunningAgent> StartAgainAsync(Tenant tenant)
    {
        var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        await agent.SyncAsync(tenant.Id);
        await IsSoundAsync(tenant);
        Assert.Empty(Directory.GetDirectories(_sandbox.State, "scratch", SearchOption.AllDirectories));
        return agent;
    }

    private async Task CanBeUndoneAsync(Tenant tenant, Generations generations, bool isLabelled)
    {
        (await PublishedProgram.RunAsync(_sandbox, "restore", "-undo", tenant.Id)).Must(isLabelled ? 0 : 1);
        Assert.Equal("2", await generations.SeenAsync());
        await IsSoundAsync(tenant);
    }

    private async Task IsSoundAsync(Tenant tenant)
    {
        Assert.Equal("ok", (await WriterProgram.ChecksAsync(_sandbox, tenant.Path))[tenant.Path]);
        await tenant.ReplicaEqualsAsync();
    }
}
