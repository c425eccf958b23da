using Litestream.EndToEnd.Histories;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Crash;

/// <summary>Frames that look committed and never were: by writers that died in the fsync of their commit, and by transactions that spilled and rolled back.</summary>
public sealed class UncommittedTests : IDisposable
{
    private static readonly string[] SyncOften = ["-sync-interval", "50ms"];
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [NeedsCompiler]
    public async Task A_commit_whose_writer_died_in_its_fsync_never_reaches_the_replica_and_what_is_committed_over_it_does()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox, SyncOften);
        await agent.WaitForActiveAsync(tenant.Id);
        // Stays connected, so that no recovery runs that would make the commit true.
        using var survivor = await tenant.OpenAsync();
        for (var round = 1; round <= 4; round++)
        {
            await survivor.InsertAsync(3);
            await MustSyncAsync(agent, tenant);
            await DieInFsyncAsync(tenant, "phantom", afterMs: 300);
            Assert.Equal(0, await NumberOfAsync(survivor, "phantom"));
            await MustSyncAsync(agent, tenant);
            await RestoredHasAsync(tenant, "phantom", 0);

            // Over it, of other sizes than it was: shorter, longer, and of the very same shape.
            await survivor.ExecuteAsync($"INSERT INTO rows(writer, body, note) VALUES(9, randomblob({(round % 2 == 0 ? 20_000 : 50)}), 'real')");
            await survivor.ExecuteAsync("INSERT INTO rows(writer, body, note) VALUES(9, zeroblob(3000), 'real')");
            await MustSyncAsync(agent, tenant);
            await RestoredHasAsync(tenant, "real", 2 * round);
            await RestoredHasAsync(tenant, "phantom", 0);
            await tenant.ReplicaEqualsAsync(agent);
        }

        await survivor.EndAsync();
        await agent.StopInOrderAsync();
        await tenant.ReplicaEqualsAsync(agent);
    }

    [NeedsCompiler]
    public async Task A_phantom_that_an_agent_finds_after_its_own_death_is_no_commit_either()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var survivor = await tenant.OpenAsync();
        for (var round = 1; round <= 3; round++)
        {
            using var agent = await RunningAgent.StartAsync(_sandbox, SyncOften);
            await agent.WaitForActiveAsync(tenant.Id);
            await survivor.InsertAsync(3);
            await MustSyncAsync(agent, tenant);
            await agent.KillAsync();
            await DieInFsyncAsync(tenant, "phantom", afterMs: 0);
            using (var again = await RunningAgent.StartAsync(_sandbox, SyncOften))
            {
                // It answers before it has looked into its directories.
                await again.WaitForActiveAsync(tenant.Id);
                await MustSyncAsync(again, tenant);
                await RestoredHasAsync(tenant, "phantom", 0);
                await survivor.InsertAsync(round);
                await MustSyncAsync(again, tenant);
                await tenant.ReplicaEqualsAsync(again);
                await again.KillAsync();
            }

            await RestoredHasAsync(tenant, "phantom", 0);
        }
    }

    [NeedsCompiler]
    public async Task A_phantom_that_a_recovery_makes_true_is_a_commit_like_any_other()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using (var first = await RunningAgent.StartAsync(_sandbox, SyncOften))
        {
            await tenant.ReplicaBecomesEqualAsync(first);
            await first.KillAsync();
        }

        // Alone: nobody keeps the wal-index alive, the next one to open the database reads the WAL to its end.
        await DieInFsyncAsync(tenant, "phantom", afterMs: 0);
        using var agent = await RunningAgent.StartAsync(_sandbox, SyncOften);
        await agent.WaitForActiveAsync(tenant.Id);
        await MustSyncAsync(agent, tenant);
        using var application = await tenant.OpenAsync();
        Assert.Equal(1, await NumberOfAsync(application, "phantom"));
        await RestoredHasAsync(tenant, "phantom", 1);
        await tenant.ReplicaEqualsAsync(agent);
    }

    [Fact]
    public async Task A_transaction_that_spilled_into_the_WAL_and_rolled_back_never_reaches_the_replica()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox, SyncOften);
        await agent.WaitForActiveAsync(tenant.Id);
        using var application = await tenant.OpenAsync();
        await application.ExecuteAsync("PRAGMA cache_size=5");
        for (var round = 1; round <= 4; round++)
        {
            await application.ExecuteAsync("BEGIN IMMEDIATE");
            await SpillAsync(application, rows: 60 * round);
            var walBytes = new FileInfo(tenant.Path + "-wal").Length;
            Assert.True(walBytes > 60 * 2000, $"nothing spilled: the WAL has {walBytes} bytes");
            await MustSyncAsync(agent, tenant);
            await RestoredHasAsync(tenant, "spilled", 0);
            await application.ExecuteAsync("ROLLBACK");
            await MustSyncAsync(agent, tenant);
            await RestoredHasAsync(tenant, "spilled", 0);
            await application.ExecuteAsync("INSERT INTO rows(writer, body, note) VALUES(9, randomblob(9000), 'real')");
            await MustSyncAsync(agent, tenant);
            await RestoredHasAsync(tenant, "real", round);
            await tenant.ReplicaEqualsAsync(agent);
        }
    }

    [Fact]
    public async Task A_transaction_that_spilled_and_whose_writer_was_killed_never_reaches_the_replica()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox, SyncOften);
        await agent.WaitForActiveAsync(tenant.Id);
        for (var round = 1; round <= 3; round++)
        {
            using (var victim = await tenant.OpenAsync())
            {
                await victim.ExecuteAsync("PRAGMA cache_size=5");
                await victim.ExecuteAsync("BEGIN IMMEDIATE");
                await SpillAsync(victim, rows: 100);
                victim.Kill();
            }

            await MustSyncAsync(agent, tenant);
            await RestoredHasAsync(tenant, "spilled", 0);
            using var application = await tenant.OpenAsync();
            await application.InsertAsync(5);
            await MustSyncAsync(agent, tenant);
            await tenant.ReplicaEqualsAsync(agent);
            await application.EndAsync();
        }
    }

    [Fact]
    public async Task A_page_that_spilled_twice_and_was_written_again_in_place_is_captured_as_it_was_committed()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox, SyncOften);
        await agent.WaitForActiveAsync(tenant.Id);
        using var application = await tenant.OpenAsync();
        await application.ExecuteAsync("PRAGMA cache_size=5");
        for (var round = 0; round < 3; round++)
        {
            await application.ExecuteAsync("BEGIN IMMEDIATE");
            await SpillAsync(application, rows: 60);
            await application.ExecuteAsync("UPDATE rows SET body = randomblob(2000), note = 'written again' WHERE note = 'spilled'");
            await MustSyncAsync(agent, tenant);
            await application.ExecuteAsync("UPDATE rows SET body = randomblob(1990) WHERE note = 'written again'");
            await application.ExecuteAsync("COMMIT");
            await MustSyncAsync(agent, tenant);
            await RestoredHasAsync(tenant, "written again", 60 * (round + 1));
            await tenant.ReplicaEqualsAsync(agent);
        }
    }

    /// <summary>An application commits and dies with its commit frame written and the wal-index not told.</summary>
    private async Task DieInFsyncAsync(Tenant tenant, string note, int afterMs)
    {
        var trigger = Path.Combine(_sandbox.Root, Guid.NewGuid().ToString("N"));
        using var victim = await Application.OpenWithAsync(_sandbox, await DyingInFsync.WhenAsync(trigger, afterMs), tenant.Path);
        await victim.ExecuteAsync("PRAGMA synchronous=FULL");
        // The header of a new WAL is synced, too: that is not the sync to die in.
        await victim.InsertAsync(1);
        await File.WriteAllTextAsync(trigger, "");
        var end = await Assert.ThrowsAsync<InvalidOperationException>(() => victim.ExecuteAsync($"INSERT INTO rows(writer, body, note) VALUES(9, randomblob(500), '{note}')"));
        Assert.Contains("ended during", end.Message, StringComparison.Ordinal);
    }

    private static async Task SpillAsync(Application application, int rows) => await application.ExecuteAsync(
        $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) INSERT INTO rows(writer, body, note) SELECT 9, randomblob(2000), 'spilled' FROM n");

    private static Task<long> NumberOfAsync(Application application, string note) => application.NumberAsync($"SELECT count(*) FROM rows WHERE note = '{note}'");

    private static async Task MustSyncAsync(RunningAgent agent, Tenant tenant) =>
        Assert.True(await agent.TrySyncAsync(tenant.Id, TimeSpan.FromSeconds(30)), $"no sync of {tenant.Id}\n{agent.Said}");

    private async Task RestoredHasAsync(Tenant tenant, string note, long expected)
    {
        var restored = await tenant.RestoreAsync();
        Assert.Equal("ok", (await WriterProgram.ChecksAsync(_sandbox, restored))[restored]);
        using (var application = await Application.OpenAsync(_sandbox, restored))
        {
            Assert.Equal(expected, await NumberOfAsync(application, note));
            await application.EndAsync();
        }

        File.Delete(restored);
    }
}
