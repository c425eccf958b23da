using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Scenarios;

public sealed class FirstCopyTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task A_database_that_was_there_before_is_copied_and_then_followed()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await tenant.ReplicaBecomesEqualAsync(agent);

        using var application = await tenant.OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            await application.InsertAsync(20);
            await tenant.ReplicaBecomesEqualAsync(agent);
        }

        tenant.ChainIsWhole();
        await agent.StopInOrderAsync();
        await tenant.ReplicaEqualsAsync();
    }

    [NeedsSqlite3]
    public async Task The_sqlite3_program_writes_it_and_finds_the_same_in_what_was_restored()
    {
        var tenant = _sandbox.NewTenant();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        foreach (var sql in new[]
                 {
                     "PRAGMA journal_mode=WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t(v) VALUES('first')",
                     "CREATE INDEX i ON t(v); CREATE VIEW w AS SELECT v FROM t; CREATE TRIGGER g AFTER DELETE ON t BEGIN INSERT INTO t(v) VALUES('gone'); END",
                     "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO t(v) SELECT hex(randomblob(200)) FROM n; DELETE FROM t WHERE id % 7 = 0",
                     "VACUUM",
                 })
        {
            await Sqlite3Program.AskAsync(_sandbox, tenant.Path, sql);
            await tenant.ReplicaBecomesEqualAsync(agent);
        }

        var restored = await tenant.RestoreAsync();
        Assert.Equal(await Sqlite3Program.DumpAsync(_sandbox, tenant.Path), await Sqlite3Program.DumpAsync(_sandbox, restored));
        Assert.Equal("ok", await Sqlite3Program.IntegrityAsync(_sandbox, restored));
    }

    [Fact]
    public async Task The_first_copy_is_written_once_as_level_1()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        await agent.StopInOrderAsync();

        Assert.Equal("L1: 1-1", tenant.Listing());
    }

    [Fact]
    public async Task Commits_still_in_the_WAL_when_the_agent_starts_are_in_the_first_copy()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var application = await tenant.OpenAsync();
        await application.InsertAsync(100);
        Assert.True(new FileInfo(tenant.Path + "-wal").Length > 0);

        using var agent = await RunningAgent.StartAsync(_sandbox);
        await tenant.ReplicaBecomesEqualAsync(agent);
    }

    [Fact]
    public async Task A_database_at_rest_keeps_its_bytes()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        var before = await File.ReadAllBytesAsync(tenant.Path);
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        await agent.StopInOrderAsync();

        Assert.Equal(before, await File.ReadAllBytesAsync(tenant.Path));
        Assert.False(File.Exists(tenant.Path + "-wal"), "a -wal was left beside a database that nobody has open");
        Assert.False(File.Exists(tenant.Path + "-shm"), "a -shm was left beside a database that nobody has open");
        // A WAL that was empty leaves the restored image equal to the file, byte for byte.
        Assert.Equal(before, await File.ReadAllBytesAsync(await tenant.RestoreAsync()));
    }

    [Fact]
    public async Task Replicating_changes_nothing_that_an_application_can_see()
    {
        var tenant = await _sandbox.CreateTenantAsync("-auto-vacuum", "incremental");
        var before = (await WriterProgram.RunAsync(_sandbox, "dump", tenant.Path)).MustSucceed().Output;
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await tenant.ReplicaBecomesEqualAsync(agent);
        await agent.StopInOrderAsync();

        Assert.Contains("PRAGMA user_version=77;", before, StringComparison.Ordinal);
        Assert.Equal(before, (await WriterProgram.RunAsync(_sandbox, "dump", tenant.Path)).MustSucceed().Output);
    }

    [Fact]
    public async Task A_database_in_rollback_mode_is_switched_to_WAL_once_and_replicated()
    {
        var tenant = await _sandbox.CreateTenantAsync("-journal", "delete");
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await tenant.ReplicaBecomesEqualAsync(agent);
        using var application = await tenant.OpenAsync();
        Assert.Equal("wal", (await application.ExecuteAsync("PRAGMA journal_mode"))[0]);
        await application.InsertAsync(10);
        await tenant.ReplicaBecomesEqualAsync(agent);
    }

    [Fact]
    public async Task A_database_in_rollback_mode_is_left_alone_when_asked_to()
    {
        var tenant = await _sandbox.CreateTenantAsync("-journal", "delete");
        using var agent = await RunningAgent.StartAsync(_sandbox, "-keep-journal-mode");
        await agent.WaitForAsync(tenant.Id, client => client.Reason == "rollback-journal", "is listed as not replicated");

        using var application = await tenant.OpenAsync();
        Assert.Equal("delete", (await application.ExecuteAsync("PRAGMA journal_mode"))[0]);
        Assert.Equal("", tenant.Listing());
    }

    [Fact]
    public async Task One_database_of_any_name_is_replicated_with_dsn()
    {
        var path = Path.Combine(_sandbox.Folder("legacy"), "shop.sqlite");
        await WriterProgram.CreateAsync(_sandbox, path, "-rows", "10");
        using var agent = await RunningAgent.StartExactlyAsync(_sandbox,
            "replicate", "-dsn", path, "-db-name", "legacy-system", "-replica", _sandbox.ReplicaUrl, "-sync-interval", "100ms");
        await agent.WaitForActiveAsync("legacy-system");
        await agent.StopInOrderAsync();

        // The file is missing at the next start: it is restored before replication goes on.
        var digest = (await WriterProgram.DigestsAsync(_sandbox, path))[path];
        File.Delete(path);
        using var again = await RunningAgent.StartExactlyAsync(_sandbox,
            "replicate", "-dsn", path, "-db-name", "legacy-system", "-replica", _sandbox.ReplicaUrl, "-sync-interval", "100ms");
        await Eventually.TrueAsync(() => File.Exists(path), () => $"the database is restored\n{again.Said}");
        Assert.Equal(digest, (await WriterProgram.DigestsAsync(_sandbox, path))[path]);
        await again.StopInOrderAsync();
    }

    [Fact]
    public async Task Without_a_replica_the_backups_go_below_the_working_directory()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartExactlyAsync(_sandbox, "-watch-dir", _sandbox.Data, "-sync-interval", "100ms");
        await agent.WaitForActiveAsync(tenant.Id);
        Assert.True(Directory.Exists(Path.Combine(_sandbox.Root, "backups", "databases", tenant.Id)));
    }
}
