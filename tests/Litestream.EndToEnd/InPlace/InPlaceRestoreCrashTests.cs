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
    [InlineData("InPlaceLabelled", "2", false)]
    [InlineData("InPlaceHalfCopied", "2", false)]
    [InlineData("InPlaceCommitted", "1", true)]
    [InlineData("InPlacePublished", "1", true)]
    public async Task Killed_under_readers(string step, string expected, bool hasHappened)
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
        await CanBeUndoneAsync(tenant, generations, hasHappened);
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
        (await UndoAsync(tenant)).Must(expected == "1" ? 0 : 1);
        await application.OpenConnectionAsync();
        Assert.Equal("2", await generations.SeenAsync());
        await IsSoundAsync(tenant);
        await agent.StopInOrderAsync();
    }

    /// <summary>Whether it happened is told by the database itself, whatever an application did to that, and to its WAL, before the agent is back.</summary>
    [Theory]
    [InlineData("InPlaceLabelled", true, "CREATE TABLE later (v)", false)]
    [InlineData("InPlaceLabelled", true, "UPDATE g SET filler = NULL; VACUUM", false)]
    [InlineData("InPlaceLabelled", false, "INSERT INTO rows(writer, body, note) VALUES(7, 'x', 'later'); PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO rows(writer, body, note) VALUES(7, 'x', 'later')", false)]
    [InlineData("InPlaceLabelled", false, "UPDATE g SET filler = NULL; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)", null)]
    [InlineData("InPlaceCommitted", true, "UPDATE g SET filler = NULL; VACUUM", true)]
    [InlineData("InPlaceCommitted", false, "PRAGMA wal_checkpoint(TRUNCATE)", true)]
    [InlineData("InPlaceCommitted", false, "PRAGMA wal_checkpoint(TRUNCATE); CREATE TABLE later (v); INSERT INTO rows(writer, body, note) VALUES(7, 'x', 'later')", true)]
    [InlineData("InPlaceCommitted", false, "PRAGMA wal_checkpoint(TRUNCATE); UPDATE g SET filler = NULL; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)", null)]
    public async Task Killed_and_written_before_the_agent_is_back(string step, bool isWalHeld, string meanwhile, bool? hasHappened)
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var application = await tenant.OpenAsync();
        var generations = await Generations.CreateAsync(application);
        using var reader = await tenant.OpenAsync();
        await DieAsync(tenant, step, generations, between: async () =>
        {
            if (isWalHeld)
                await reader.ExecuteAsync("BEGIN");
            await Generations.SeenAsync(reader);
        });
        var before = (await tenant.ListAsync()).Max(file => file.Max);
        foreach (var sql in meanwhile.Split(';'))
            await application.ExecuteAsync(sql);

        using var agent = await StartAgainAsync(tenant);
        if (isWalHeld)
            await reader.ExecuteAsync("COMMIT");
        if (hasHappened is { } happened)
        {
            await CanBeUndoneAsync(tenant, generations, happened);
        }
        else
        {
            // Nothing of it can be told from what is there: nothing is guessed, and the way back is named.
            var way = $"restore -in-place -txid {before:x16}";
            (await UndoAsync(tenant)).Must(1).MustSay("it is not known whether it happened", way);
            (await PublishedProgram.RunAsync(_sandbox, [.. way.Split(' '), tenant.Id])).MustSucceed();
            Assert.Equal("2", await generations.SeenAsync());
            await IsSoundAsync(tenant);
        }
        await agent.StopInOrderAsync();
    }

    private Task<ProgramResult> UndoAsync(Tenant tenant) => PublishedProgram.RunAsync(_sandbox, "restore", "-undo", tenant.Id);

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

    /// <summary>To what it replaced; where nothing was restored there is nothing to undo, and nothing is taken back.</summary>
    private async Task CanBeUndoneAsync(Tenant tenant, Generations generations, bool hasHappened)
    {
        var undone = (await UndoAsync(tenant)).Must(hasHappened ? 0 : 1);
        if (!hasHappened)
            undone.MustSay("no restore in place to undo");
        Assert.Equal("2", await generations.SeenAsync());
        await IsSoundAsync(tenant);
    }

    private async Task IsSoundAsync(Tenant tenant)
    {
        Assert.Equal("ok", (await WriterProgram.ChecksAsync(_sandbox, tenant.Path))[tenant.Path]);
        await tenant.ReplicaEqualsAsync();
    }
}
