using System.Globalization;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Scenarios;

public sealed class StopAndRestartTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task SIGTERM_syncs_the_last_commits_and_ends_with_0()
    {
        // So long an interval that only the stop can have synced them.
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox, "-sync-interval", "30s");
        await agent.WaitForActiveAsync(tenant.Id);
        using var application = await tenant.OpenAsync();
        await application.InsertAsync(100);
        await agent.StopInOrderAsync();

        await tenant.ReplicaEqualsAsync(agent);
    }

    [Fact]
    public async Task SIGINT_stops_in_order_too()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox, "-sync-interval", "30s");
        await agent.WaitForActiveAsync(tenant.Id);
        using var application = await tenant.OpenAsync();
        await application.InsertAsync(100);
        agent.Send(Signal.Interrupt);
        Assert.True(await agent.WaitForExitAsync() == 0, agent.Said);

        await tenant.ReplicaEqualsAsync(agent);
    }

    [Fact]
    public async Task After_kill_9_it_continues_without_a_gap_and_never_from_TXID_1_again()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var application = await tenant.OpenAsync();
        long newest = 0;
        for (var round = 0; round < 4; round++)
        {
            using var agent = await RunningAgent.StartAsync(_sandbox);
            await agent.WaitForActiveAsync(tenant.Id);
            await application.InsertAsync(30);
            await tenant.ReplicaBecomesEqualAsync(agent);
            var client = await agent.ClientAsync(tenant.Id);
            Assert.True(client!.ReplicatedNumber > newest, $"round {round}: {client} after {newest}");
            newest = client.ReplicatedNumber;
            await application.InsertAsync(30);
            await agent.KillAsync();
            await application.InsertAsync(30);
            tenant.ChainIsWhole();
        }

        using var last = await RunningAgent.StartAsync(_sandbox);
        await tenant.ReplicaBecomesEqualAsync(last);
        tenant.ChainIsWhole();
        Assert.Single(tenant.Files(1).Concat(tenant.Files(9)), file => file.Min == 1);
    }

    [Fact]
    public async Task What_the_application_did_while_the_agent_was_down_is_in_the_replica_after_the_restart()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using (var agent = await RunningAgent.StartAsync(_sandbox))
        {
            await tenant.ReplicaBecomesEqualAsync(agent);
            await agent.StopInOrderAsync();
        }

        // Opens, checkpoints, shrinks, closes: nothing of the WAL that the agent knew is left.
        using (var application = await tenant.OpenAsync())
        {
            await application.InsertAsync(200, 500);
            await application.ExecuteAsync("DELETE FROM rows WHERE writer = 9 AND id % 2 = 0");
            await application.ExecuteAsync("PRAGMA wal_checkpoint(TRUNCATE)");
            await application.ExecuteAsync("VACUUM");
            await application.EndAsync();
        }

        using var again = await RunningAgent.StartAsync(_sandbox);
        await tenant.ReplicaBecomesEqualAsync(again);
        tenant.ChainIsWhole();
        Assert.Single(tenant.Files(1).Concat(tenant.Files(9)), file => file.Min == 1);
    }

    [Fact]
    public async Task An_unchanged_database_publishes_nothing_after_a_restart()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using (var agent = await RunningAgent.StartAsync(_sandbox))
        {
            await tenant.ReplicaBecomesEqualAsync(agent);
            await agent.StopInOrderAsync();
        }

        var before = tenant.Listing();
        using var again = await RunningAgent.StartAsync(_sandbox);
        await again.WaitForActiveAsync(tenant.Id);
        await again.StopInOrderAsync();
        Assert.Equal(before, tenant.Listing());
    }

    [Fact]
    public async Task An_empty_state_directory_continues_the_chain()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using (var agent = await RunningAgent.StartAsync(_sandbox))
        {
            await tenant.ReplicaBecomesEqualAsync(agent);
            await agent.StopInOrderAsync();
        }

        var newest = tenant.Files(0).Concat(tenant.Files(1)).Max(file => file.Max);
        // The newest file must not look like another agent's work of this minute.
        foreach (var file in Directory.EnumerateFiles(tenant.ReplicaFolder, "*.ltx", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-10));
        _sandbox.State = _sandbox.Folder("other-state");

        using var application = await tenant.OpenAsync();
        await application.InsertAsync(10);
        using var again = await RunningAgent.StartAsync(_sandbox);
        await tenant.ReplicaBecomesEqualAsync(again, TimeSpan.FromSeconds(120));
        Assert.Contains(tenant.Files(0), file => file.Min == newest + 1);
        Assert.Single(tenant.Files(1).Concat(tenant.Files(9)), file => file.Min == 1);
        tenant.ChainIsWhole();
    }

    [Fact]
    public async Task A_second_agent_on_the_same_state_is_refused()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        var second = await PublishedProgram.RunAsync(_sandbox, "replicate", "-watch-dir", _sandbox.Data, "-replica", _sandbox.ReplicaUrl,
            "-state-dir", _sandbox.State, "-port", FreePort.Find().ToString(CultureInfo.InvariantCulture));
        second.Must(1).MustSay(_sandbox.State);
        Assert.Equal("active", (await agent.ClientAsync(tenant.Id))!.Status);
    }

    [Fact]
    public async Task A_second_signal_ends_at_once()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox, "-shutdown-timeout", "10m");
        await agent.WaitForActiveAsync(tenant.Id);
        // What it captured cannot be published, so the first signal waits for the shutdown time.
        BreakReplica();
        using var application = await tenant.OpenAsync();
        await application.InsertAsync(10);
        await agent.WaitForAsync(tenant.Id, client => client.Status == "error", "cannot publish");
        agent.Send(Signal.Terminate);
        await Eventually.TrueAsync(async () => await RefusesAsync(agent) || agent.HasExited, () => "the agent begins to stop\n" + agent.Said);
        Assert.False(agent.HasExited, "the first signal ended it though something was still to publish\n" + agent.Said);
        agent.Send(Signal.Terminate);
        Assert.NotEqual(0, await agent.WaitForExitAsync());
    }

    [Fact]
    public async Task An_agent_that_slept_continues()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        agent.Send(Signal.Stop);
        (await WriterProgram.RunAsync(_sandbox, "write", tenant.Path, "-transactions", "500", "-session", "mixed", "-mix", "insert=5,update=2,delete=1,reopen=1", "-seed", "3")).MustSucceed();
        agent.Send(Signal.Continue);
        await tenant.ReplicaBecomesEqualAsync(agent);
        tenant.ChainIsWhole();
    }

    // A file where the folder was: nothing can be published, whoever asks (root, too).
    private void BreakReplica()
    {
        Directory.Move(_sandbox.Replica, _sandbox.Replica + ".away");
        File.WriteAllText(_sandbox.Replica, "");
    }

    private static async Task<bool> RefusesAsync(RunningAgent agent)
    {
        try
        {
            using var answer = await agent.Http.GetAsync(new Uri("/api/health", UriKind.Relative));
            return agent.Lines.Any(line => line.Contains("stop", StringComparison.OrdinalIgnoreCase) || line.Contains("shut", StringComparison.OrdinalIgnoreCase));
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }
}
