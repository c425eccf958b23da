using System.Text.Json;
using Litestream.Agent.Configuration;

namespace Litestream.Agent.Tests.Commands;

/// <summary>The commands that tell a running agent what to do, and the one for a stopped one.</summary>
public sealed class ControlCommandTests : IDisposable
{
    private const string Guid = "12345678-1234-5678-9abc-123456789012";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Database => _folder[$"clients/{Guid}.db"];

    [Fact]
    public async Task Sync_says_what_the_replica_has_however_the_tenant_is_named()
    {
        await using var agent = await StartAsync();
        using var application = new Application(Database);
        foreach (var name in new[] { Guid.ToUpperInvariant(), $"clients/{Guid}.db", Database })
        {
            application.Sql("INSERT INTO t VALUES (1)");
            var run = await RunAsync("sync", "-wait", name);
            Assert.Matches($"^(Synced|Nothing new in) {Database}.*its replica has everything, up to transaction [0-9]+ \\([0-9a-f]{{16}}\\)", run.Out);
        }
        application.Sql("INSERT INTO t VALUES (1)");
        using var json = JsonDocument.Parse((await RunAsync("sync", "-wait", "-json", "-timeout", "10", Guid)).Out);
        Assert.Equal(["db_path", "status", "txid", "replica_txid", "duration_ms"], json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal(json.RootElement.GetProperty("txid").GetUInt64(), json.RootElement.GetProperty("replica_txid").GetUInt64());
        Assert.Equal(["4"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Stop_says_how_long_it_lasts_and_start_ends_it()
    {
        await using var agent = await StartAsync();
        var stopped = await RunAsync("stop", Guid);
        Assert.Contains($"Stopped {Database} at transaction", stopped.Out, StringComparison.Ordinal);
        Assert.Contains($"also when the agent starts again, until: litestream start {Guid}", stopped.Out, StringComparison.Ordinal);
        Assert.Contains("was stopped already", (await RunAsync("stop", Guid)).Out, StringComparison.Ordinal);
        var refused = await ProgramRun.Of(_folder.Path, "sync", "-wait", Guid);
        Assert.Equal(ExitCode.Failed, refused.ExitCode);
        Assert.Contains("is stopped", refused.Error, StringComparison.Ordinal);
        Assert.Contains("stopped", (await RunAsync("list")).Out, StringComparison.Ordinal);
        Assert.Contains("Started", (await RunAsync("start", Guid)).Out, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await RunAsync("start", "-json", Guid)).Out);
        Assert.Equal("already_running", json.RootElement.GetProperty("status").GetString());
        Assert.Equal("running", json.RootElement.GetProperty("state").GetString());
        Assert.Equal(Path.Combine(agent.Host.StateFolder, StateDirectory.SocketName), json.RootElement.GetProperty("socket").GetString());
    }

    [Fact]
    public async Task Register_adds_a_database_and_unregister_lets_it_go_or_says_what_it_would_do()
    {
        await using var agent = await StartAsync();
        _folder.Folder("other");
        using var application = new Application(_folder["other/app.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        Assert.Contains($"Registered {_folder["other/app.db"]} -> {_folder["elsewhere"]}", (await RunAsync("register", "-replica", "elsewhere", "other/app.db")).Out, StringComparison.Ordinal);
        Assert.Contains("registered already", (await RunAsync("register", "-replica", "elsewhere", "other/app.db")).Out, StringComparison.Ordinal);
        await RunAsync("sync", "-wait", "app");
        Assert.True(Directory.Exists(_folder["elsewhere/ltx/1"]));
        Assert.Contains($"Would let {_folder["other/app.db"]} go", (await RunAsync("unregister", "-dry-run", "app")).Out, StringComparison.Ordinal);
        Assert.Equal(2, agent.Host.Stores.Count);
        Assert.Contains("its backup stays", (await RunAsync("unregister", "app")).Out, StringComparison.Ordinal);
        Assert.Contains("nothing to do", (await RunAsync("unregister", "app")).Out, StringComparison.Ordinal);
        Assert.Equal(1, agent.Host.Stores.Count);
        var missing = await ProgramRun.Of(_folder.Path, "register", "-replica", "elsewhere", "other/nothing.db");
        Assert.Equal(ExitCode.Failed, missing.ExitCode);
        Assert.Contains("does not exist", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_is_registered_with_a_plain_file_that_is_kept_current()
    {
        await using var agent = await StartAsync();
        _folder.Folder("other");
        using var application = new Application(_folder["other/app.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        await RunAsync("register", "-replica", "copies/app.db", "other/app.db");
        await Eventually.Becomes(() => File.Exists(_folder["copies/app.db"]), "it is built");
        using var reader = new Application(_folder["copies/app.db"]);
        Assert.Equal(["0"], reader.Sql("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Info_and_list_show_the_agent()
    {
        await using var agent = await StartAsync();
        var info = await RunAsync("info");
        Assert.Contains($"process {Environment.ProcessId}", info.Out, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(agent.Host.StateFolder, StateDirectory.SocketName), info.Out, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await RunAsync("info", "-json")).Out);
        Assert.Equal(1, json.RootElement.GetProperty("database_count").GetInt32());
        Assert.Matches($"(?m)^{Database} +replicating +", (await RunAsync("list")).Out);
    }

    [Theory]
    [InlineData("sync a.db")]
    [InlineData("start a.db")]
    [InlineData("stop a.db")]
    [InlineData("register -replica x a.db")]
    [InlineData("unregister a.db")]
    [InlineData("list")]
    [InlineData("info")]
    public async Task Without_an_agent_it_is_said_where_its_socket_would_be_and_how_to_start_one(string line)
    {
        var run = await ProgramRun.Of(_folder.Path, line.Split(' '));
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains($"no agent answers: there is no live {StateDirectory.SocketName} below {_folder["state"]}", run.Error, StringComparison.Ordinal);
        Assert.Contains("litestream replicate -config FILE", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.WrongUsage, (await ProgramRun.Of(_folder.Path, [line.Split(' ')[0], "-nonsense"])).ExitCode);
    }

    [Theory]
    [InlineData("sync -timeout 0 a.db", "\"0\" is no number of seconds")]
    [InlineData("stop -timeout soon a.db", "\"soon\" is no number of seconds")]
    [InlineData("sync", "which database?")]
    [InlineData("reset", "which database?")]
    public async Task Wrong_usage_is_told(string line, string message)
    {
        var run = await ProgramRun.Of(_folder.Path, line.Split(' '));
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_makes_a_stopped_agent_compare_anew_and_leaves_a_running_one_alone()
    {
        await using (var agent = await StartAsync())
        {
            var refused = await ProgramRun.Of(_folder.Path, "reset", Guid);
            Assert.Equal(ExitCode.Failed, refused.ExitCode);
            Assert.Contains("an agent runs with the state in", refused.Error, StringComparison.Ordinal);
            Assert.True(await agent.StopAsync());
        }
        var table = Assert.Single(Directory.GetFiles(_folder["state"], "*.pages", SearchOption.AllDirectories));
        Assert.Contains("Would drop", (await RunAsync("reset", "-dry-run", Guid)).Out, StringComparison.Ordinal);
        Assert.True(File.Exists(table));
        using (var json = JsonDocument.Parse((await RunAsync("reset", "-json", Database)).Out))
            Assert.Equal("reset", json.RootElement.GetProperty("status").GetString());
        Assert.False(File.Exists(table));

        using var application = new Application(Database);
        application.Sql("INSERT INTO t VALUES ('after the reset')");
        await using var again = await RunningAgent.StartAsync(_folder);
        await again.SyncedAsync(Guid);
        Assert.Equal(["after the reset"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t"));
        Assert.Single(Directory.GetFiles(_folder[$"replica/databases/{Guid}/ltx/1"], "0000000000000001-*"));
    }

    private async Task<ProgramRun> RunAsync(params string[] arguments)
    {
        var run = await ProgramRun.Of(_folder.Path, arguments);
        Assert.True(run.ExitCode == ExitCode.Done, run.Error);
        return run;
    }

    private async Task<RunningAgent> StartAsync()
    {
        var agent = await RunningAgent.StartAsync(_folder);
        using var application = new Application(Database);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        await agent.SyncedAsync(Guid);
        return agent;
    }
}
