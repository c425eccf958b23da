using Litestream.Agent.Configuration;

namespace Litestream.Agent.Tests;

public sealed class AgentHostTests : IDisposable
{
    private const string Guid = "12345678-1234-5678-9abc-123456789012";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Stopping_sends_what_was_written_last()
    {
        using var application = new Application(Tenant());
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { Store = o.Store with { SyncInterval = TimeSpan.FromHours(1) } });
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        await agent.SyncedAsync(Guid);
        application.Sql("INSERT INTO t VALUES ('last')");
        Assert.True(await agent.StopAsync());
        Assert.Equal(["last"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t"));
    }

    [Fact]
    public async Task Stopping_without_any_patience_is_complete_when_nothing_is_left_to_do()
    {
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with
        {
            ShutdownTimeout = TimeSpan.Zero,
            Store = o.Store with { QuietTime = TimeSpan.FromMilliseconds(100) },
        });
        using (var application = new Application(Tenant()))
        {
            application.Sql("PRAGMA journal_mode = WAL");
            application.Sql("CREATE TABLE t (x)");
            await agent.SyncedAsync(Guid);
        }
        await Eventually.Becomes(() => agent.Find(Guid)?.Snapshot() is { Reason: DatabaseReason.Cold, IsHot: false, LagSeconds: 0 }, "it is at rest");
        Assert.True(await agent.StopAsync());
    }

    [Fact]
    public async Task Stopping_without_any_patience_is_not_complete_while_something_waits()
    {
        // A replica that cannot be.
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { ShutdownTimeout = TimeSpan.Zero, Replica = Path.Combine(_folder.File("file"), "replica") });
        using var application = new Application(Tenant());
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        await Eventually.Becomes(() => agent.Find(Guid)?.Snapshot() is { LagSeconds: > 0 }, "something waits");
        Assert.False(await agent.StopAsync());
    }

    [Fact]
    public async Task A_reader_that_keeps_the_page_open_does_not_make_a_complete_stop_a_failure()
    {
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(500) });
        // A request without its end: the API waits a second for it, longer than the limit of the last sync.
        using var client = new System.Net.Sockets.TcpClient("localhost", agent.Host.Port);
        await client.GetStream().WriteAsync("POST /api/databases HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"u8.ToArray());
        // The server's "100 Continue": it has begun to read the body.
        Assert.NotEqual(0, await client.GetStream().ReadAsync(new byte[64]));
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.True(await agent.StopAsync());
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(began) > TimeSpan.FromMilliseconds(500), "the API was waited for");
    }

    [Fact]
    public async Task A_second_agent_for_the_same_directories_is_refused()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        var error = await Assert.ThrowsAsync<LitestreamException>(() => RunningAgent.StartAsync(_folder));
        Assert.Contains("another agent", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_named_together_with_the_flag_and_nothing_was_registered()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        Tenant("other");
        var error = await Assert.ThrowsAsync<LitestreamException>(() => RunningAgent.StartAsync(_folder, o => o with
        {
            WatchDirectories = [_folder["other"]],
            Replica = _folder["other-replica"],
            Port = agent.Host.Port,
        }));
        Assert.Contains($"port {agent.Host.Port} of localhost is taken", error.Message, StringComparison.Ordinal);
        Assert.Contains("-port", error.Hint, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["other-replica"]));
    }

    [Fact]
    public async Task An_address_that_is_not_this_machines_is_told()
    {
        var error = await Assert.ThrowsAsync<LitestreamException>(() => RunningAgent.StartAsync(_folder, o => o with { Bind = "192.0.2.1" }));
        Assert.Contains("192.0.2.1", error.Message, StringComparison.Ordinal);
        Assert.Contains("-bind", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_single_database_is_replicated_under_its_name_and_its_neighbours_are_not()
    {
        _folder.Folder("data");
        _folder.File("data/neighbour.db");
        _folder.File($"data/{Guid}.db");
        using var application = new Application(_folder["data/legacy.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        await using var agent = await RunningAgent.StartAsync(_folder, Single);
        await agent.SyncedAsync("legacy-system");
        var status = await agent.StatusAsync();
        Assert.Equal("legacy-system", Assert.Single(status.Clients).ClientId);
        Assert.Empty(status.Skipped);
        Assert.True(Directory.Exists(_folder["replica/databases/legacy-system"]));
    }

    [Fact]
    public async Task A_single_database_whose_file_is_missing_is_restored_first()
    {
        _folder.Folder("data");
        await using (var agent = await RunningAgent.StartAsync(_folder, Single))
        {
            using var application = new Application(_folder["data/legacy.db"]);
            application.Sql("PRAGMA journal_mode = WAL");
            application.Sql("CREATE TABLE t (x)");
            application.Sql("INSERT INTO t VALUES ('kept')");
            await agent.SyncedAsync("legacy-system");
            application.Close();
            await agent.StopAsync();
        }
        Directory.Delete(_folder["data"], recursive: true);
        Directory.Delete(_folder["state"], recursive: true);
        _folder.Folder("data");
        await using (var agent = await RunningAgent.StartAsync(_folder, Single))
        {
            using var application = new Application(_folder["data/legacy.db"]);
            Assert.Equal(["kept"], application.Sql("SELECT x FROM t"));
            await Eventually.Becomes(() => agent.Log.Lines.Any(l => l.Contains("Restored ", StringComparison.Ordinal)), "the log says so");
        }
    }

    [Fact]
    public async Task A_single_database_that_exists_nowhere_yet_is_waited_for()
    {
        _folder.Folder("data");
        await using var agent = await RunningAgent.StartAsync(_folder, o => Single(o) with { SweepInterval = TimeSpan.FromHours(1) });
        Assert.NotNull(agent.Find("legacy-system"));
        using var application = new Application(_folder["data/legacy.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        await agent.IsActive("legacy-system");
    }

    [Fact]
    public async Task A_replica_on_the_disk_of_the_data_is_warned_of_once_in_log_and_status()
    {
        await using var agent = await RunningAgent.StartAsync(_folder);
        Assert.Contains("same file system", Assert.Single((await agent.StatusAsync()).Warnings), StringComparison.Ordinal);
        await Eventually.Becomes(() => agent.Log.Lines.Count(l => l.Contains("same file system", StringComparison.Ordinal)) == 1, "the log says so once");
    }

    [Fact]
    public async Task A_replica_inside_the_watched_directory_is_not_taken_for_tenants()
    {
        Tenant();
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { Replica = _folder["clients"], StateRoot = _folder["clients"] });
        using var application = new Application(_folder[$"clients/{Guid}.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        await agent.SyncedAsync(Guid);
        Assert.Equal(1, agent.Host.Stores.Count);
        Assert.Empty((await agent.StatusAsync()).Skipped);
    }

    private AgentOptions Single(AgentOptions options) =>
        options with { WatchDirectories = [], Databases = [new(_folder["data/legacy.db"], "legacy-system")] };

    private string Tenant(string directory = "clients")
    {
        _folder.Folder(directory);
        return _folder.File($"{directory}/{Guid}.db");
    }
}
