using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Litestream.Agent.Tests.Api;

/// <summary>The addresses that scripts of Litestream's users know, on the control socket.</summary>
public sealed class ControlRoutesTests : IAsyncLifetime, IDisposable
{
    private const string Guid = "12345678-1234-5678-9abc-123456789012";

    private readonly TestFolder _folder = new();
    private RunningAgent _agent = null!;
    private ControlClient _control = null!;
    private Application _application = null!;

    private string Database => _folder[$"clients/{Guid}.db"];

    public async Task InitializeAsync()
    {
        _folder.Folder("clients");
        _agent = await RunningAgent.StartAsync(_folder);
        _control = new(_agent);
        _application = New(Database);
        await _agent.SyncedAsync(Guid);
    }

    public async Task DisposeAsync()
    {
        _application.Dispose();
        _control.Dispose();
        await _agent.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_sync_that_waits_answers_when_what_was_committed_is_in_the_replica()
    {
        var (status, before) = await _control.GetAsync($"txid?path={Database}");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["txid"], Names(before));
        _application.Sql("INSERT INTO t VALUES ('synced')");
        var (_, synced) = await _control.PostAsync("sync", new() { ["path"] = Database, ["wait"] = true });
        Assert.Equal(["status", "path", "txid", "replicated_txid"], Names(synced));
        Assert.Equal("synced", (string?)synced["status"]);
        Assert.Equal(Database, (string?)synced["path"]);
        Assert.True((long)synced["txid"]! > (long)before["txid"]!);
        Assert.Equal((long)synced["txid"]!, (long)synced["replicated_txid"]!);
        Assert.Equal(["synced"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t"));

        var (_, idle) = await _control.PostAsync("sync", new() { ["path"] = Guid.ToUpperInvariant(), ["wait"] = true });
        Assert.Equal("no_change", (string?)idle["status"]);
    }

    [Fact]
    public async Task A_sync_that_does_not_wait_answers_when_it_is_captured_also_while_the_replica_is_away()
    {
        await HideReplicaAsync();
        _application.Sql("INSERT INTO t VALUES ('waits')");
        var (status, local) = await _control.PostAsync("sync", new() { ["path"] = Database });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("synced_local", (string?)local["status"]);
        Assert.True((long)local["txid"]! > (long)local["replicated_txid"]!);
        var (late, error) = await _control.PostAsync("sync", new() { ["path"] = Database, ["wait"] = true, ["timeout"] = 1 });
        Assert.Equal(HttpStatusCode.InternalServerError, late);
        Assert.Contains("after 1 s", (string?)error["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_database_stays_stopped_over_a_restart_until_it_is_started()
    {
        _application.Sql("INSERT INTO t VALUES ('before the stop')");
        var (_, stopped) = await _control.PostAsync("stop", new() { ["path"] = Database, ["timeout"] = 20 });
        Assert.Equal(["status", "path", "txid"], Names(stopped));
        Assert.Equal("stopped", (string?)stopped["status"]);
        Assert.Equal(["before the stop"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t"));
        Assert.Equal("already_stopped", (string?)(await _control.PostAsync("stop", new() { ["path"] = Database })).Body["status"]);
        Assert.Equal(HttpStatusCode.Conflict, (await _control.PostAsync("sync", new() { ["path"] = Database, ["wait"] = true })).Status);

        await RestartAsync();
        var (_, list) = await _control.GetAsync("list");
        var listed = Assert.Single(list["databases"]!.AsArray())!.AsObject();
        Assert.Equal(["path", "status", "last_sync_at"], Names(listed));
        Assert.Equal("stopped", (string?)listed["status"]);
        _application.Sql("INSERT INTO t VALUES ('while stopped')");
        Assert.Equal("started", (string?)(await _control.PostAsync("start", new() { ["path"] = Database })).Body["status"]);
        Assert.Equal("already_running", (string?)(await _control.PostAsync("start", new() { ["path"] = Database })).Body["status"]);
        await _agent.SyncedAsync(Guid);
        Assert.Equal(["before the stop", "while stopped"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t"));
        Assert.Equal("replicating", (string?)(await _control.GetAsync("list")).Body["databases"]![0]!["status"]);
    }

    [Fact]
    public async Task A_stop_while_the_replica_is_away_stops_and_says_what_is_missing()
    {
        await HideReplicaAsync();
        _application.Sql("INSERT INTO t VALUES ('not there yet')");
        var (status, error) = await _control.PostAsync("stop", new() { ["path"] = Database, ["timeout"] = 1 });
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Contains("is stopped, but its last commits are not in the replica", (string?)error["error"], StringComparison.Ordinal);
        Assert.Equal("already_stopped", (string?)(await _control.PostAsync("stop", new() { ["path"] = Database })).Body["status"]);
    }

    [Fact]
    public async Task A_database_registered_at_run_time_is_replicated_where_it_was_said_and_after_a_restart_too()
    {
        _folder.Folder("elsewhere");
        var path = _folder["elsewhere/app.db"];
        using var other = New(path);
        other.Sql("INSERT INTO t VALUES ('registered')");
        var request = new JsonObject { ["path"] = path, ["replica_url"] = $"file://{_folder["registered"]}" };
        var (_, registered) = await _control.PostAsync("register", Copy(request));
        Assert.Equal(["status", "path"], Names(registered));
        Assert.Equal("registered", (string?)registered["status"]);
        Assert.Equal("already_registered", (string?)(await _control.PostAsync("register", Copy(request))).Body["status"]);
        var (_, synced) = await _control.PostAsync("sync", new() { ["path"] = path, ["wait"] = true });
        Assert.True((long)synced["replicated_txid"]! >= 1);
        Assert.True(Directory.Exists(_folder["registered/ltx/1"]));

        await RestartAsync();
        Assert.Equal(2, _agent.Host.Stores.Count);
        other.Sql("INSERT INTO t VALUES ('after the restart')");
        await _control.PostAsync("sync", new() { ["path"] = "app", ["wait"] = true });
        var (_, unregistered) = await _control.PostAsync("unregister", new() { ["path"] = path });
        Assert.Equal("unregistered", (string?)unregistered["status"]);
        Assert.True((long)unregistered["txid"]! > 0);
        Assert.Equal("already_unregistered", (string?)(await _control.PostAsync("unregister", new() { ["path"] = path })).Body["status"]);
        Assert.Equal("registered", (string?)(await _control.PostAsync("register", Copy(request))).Body["status"]);
        Assert.Equal("unregistered", (string?)(await _control.PostAsync("unregister", new() { ["path"] = path })).Body["status"]);

        await RestartAsync();
        Assert.Equal(1, _agent.Host.Stores.Count);
    }

    [Fact]
    public async Task A_tenant_that_is_unregistered_is_let_go_until_somebody_asks_for_it_again()
    {
        Assert.Equal("unregistered", (string?)(await _control.PostAsync("unregister", new() { ["path"] = Database })).Body["status"]);
        _application.Sql("INSERT INTO t VALUES ('unseen')");
        await Eventually.Becomes(() => _agent.StatusAsync().Result.Skipped.Any(s => s.Path == Database), "it is listed as not replicated");
        Assert.Null(_agent.Find(Guid));
        Assert.Equal("registered", (string?)(await _control.PostAsync("register", new() { ["path"] = Database })).Body["status"]);
        await _agent.SyncedAsync(Guid);
        Assert.Equal(["unseen"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t"));
        Assert.Empty((await _agent.StatusAsync()).Skipped);
    }

    [Fact]
    public async Task Info_and_sync_status_have_the_fields_that_readers_know()
    {
        var (_, info) = await _control.GetAsync("info");
        Assert.Equal(["version", "pid", "uptime_seconds", "started_at", "database_count"], Names(info));
        Assert.Equal(Environment.ProcessId, (int)info["pid"]!);
        Assert.Equal(1, (int)info["database_count"]!);
        var (_, status) = await _control.GetAsync($"debug/sync-status?path={Database}");
        var one = Assert.Single(status["databases"]!.AsArray())!.AsObject();
        Assert.Equal(
            [
                "path", "active", "operation", "phase", "started_at", "updated_at", "elapsed_seconds", "txid", "wal_size", "last_synced_wal_offset", "snapshotting", "checkpoint_mode",
                "reason", "error", "executor_waiter_count", "executor_wait_started_at", "executor_wait_seconds",
            ], Names(one));
        Assert.Equal("active", (string?)one["phase"]);
    }

    [Theory]
    [InlineData("start", "/srv/nowhere.db", HttpStatusCode.InternalServerError, "database not found")]
    [InlineData("stop", "/srv/nowhere.db", HttpStatusCode.InternalServerError, "database not found")]
    [InlineData("sync", "/srv/nowhere.db", HttpStatusCode.NotFound, "database not found")]
    [InlineData("sync", "", HttpStatusCode.BadRequest, "path required")]
    [InlineData("sync", "/a\n", HttpStatusCode.BadRequest, "invalid path")]
    [InlineData("register", "/srv/nowhere.db", HttpStatusCode.BadRequest, "replica_url required")]
    [InlineData("register", "relative.db", HttpStatusCode.BadRequest, "invalid path")]
    public async Task An_error_says_what_and_has_litestreams_status(string address, string path, HttpStatusCode expected, string message)
    {
        var (status, body) = await _control.PostAsync(address, new() { ["path"] = path });
        Assert.Equal(expected, status);
        Assert.Contains(message, (string?)body["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registration_that_cannot_be_says_why_and_leaves_nothing()
    {
        var path = _folder.File("some.db");
        foreach (var (url, message) in new[]
        {
            ("nonsense://x", "no kind of replica"),
            ("file://relative", "absolute"),
            ($"file://{_folder["replica"]}/databases/{Guid}", "a replica of this agent already"),
        })
        {
            var (status, body) = await _control.PostAsync("register", new() { ["path"] = path, ["replica_url"] = url });
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Contains(message, (string?)body["error"], StringComparison.Ordinal);
        }
        var (missing, why) = await _control.PostAsync("register", new() { ["path"] = _folder["missing.db"], ["replica_url"] = "file:///srv/x" });
        Assert.Equal(HttpStatusCode.BadRequest, missing);
        Assert.Contains("does not exist", (string?)why["error"], StringComparison.Ordinal);
        Assert.Single(_agent.Host.Stores.All);
    }

    [Fact]
    public async Task What_is_no_request_is_told()
    {
        var (status, body) = await _control.PostTextAsync("sync", "{\"path\": 1");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalid request body", (string?)body["error"]);
        Assert.NotNull(body["details"]);
        Assert.Equal(HttpStatusCode.NotFound, (await _control.GetAsync("txid?path=/srv/nowhere.db")).Status);
    }

    [Fact]
    public async Task These_addresses_are_on_the_socket_only()
    {
        using var answer = await _agent.Http.PostAsJsonAsync("stop", new JsonObject { ["path"] = Database });
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        using var list = await _agent.Http.GetAsync(new Uri("list", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, list.StatusCode);
        Assert.Equal("replicating", (string?)(await _control.GetAsync("list")).Body["databases"]![0]!["status"]);
    }

    private static Application New(string path)
    {
        var application = new Application(path);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        return application;
    }

    private static JsonObject Copy(JsonObject body) => body.DeepClone().AsObject();

    private static IEnumerable<string> Names(JsonObject body) => body.Select(p => p.Key);

    private async Task RestartAsync()
    {
        _control.Dispose();
        await _agent.StopAsync();
        await _agent.DisposeAsync();
        _agent = await RunningAgent.StartAsync(_folder);
        _control = new(_agent);
    }

    /// <summary>A file stands where the level's folder should be.</summary>
    private async Task HideReplicaAsync()
    {
        _application.Sql("INSERT INTO t VALUES ('before')");
        await _agent.SyncedAsync(Guid);
        var level = _folder[$"replica/databases/{Guid}/ltx/0"];
        Directory.Delete(level, recursive: true);
        File.WriteAllText(level, "");
    }
}
