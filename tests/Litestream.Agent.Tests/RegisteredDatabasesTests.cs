using System.Text.Json.Nodes;
using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;
using Litestream.Agent.Tests.Api;

namespace Litestream.Agent.Tests;

/// <summary>What <c>litestream register</c> added is remembered, whatever a start meets.</summary>
public sealed class RegisteredDatabasesTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_that_cannot_be_opened_at_a_start_is_replicated_again_when_that_is_mended()
    {
        using var first = NewDatabase("first");
        using var second = NewDatabase("second");
        await RegisterAsync("first");
        var state = BlockState();
        await using (var agent = await RunningAgent.StartAsync(_folder))
            await Eventually.Becomes(() => agent.Log.Lines.Any(l => l.Contains($"{_folder["other/first.db"]} was registered and is not replicated now", StringComparison.Ordinal)), "it is told");
        await RegisterAsync("second");

        File.Delete(state);
        Directory.Move(_folder["aside"], state);
        await using (var agent = await RunningAgent.StartAsync(_folder))
        {
            await agent.SyncedAsync("first");
            await agent.SyncedAsync("second");
        }
    }

    [Theory]
    [InlineData("other/first.db")]
    [InlineData("other/../other/first.db")]
    [InlineData("First")]
    public async Task One_that_cannot_be_opened_can_be_let_go(string named)
    {
        using var first = NewDatabase("first");
        await RegisterAsync("first");
        BlockState();
        await using (var agent = await RunningAgent.StartAsync(_folder))
        {
            using var control = new ControlClient(agent);
            var request = new JsonObject { ["path"] = named.Contains('/', StringComparison.Ordinal) ? _folder[named] : named };
            Assert.Equal("unregistered", (string?)(await control.PostAsync("unregister", request.DeepClone().AsObject())).Body["status"]);
            Assert.Equal("already_unregistered", (string?)(await control.PostAsync("unregister", request)).Body["status"]);
        }

        await using (var agent = await RunningAgent.StartAsync(_folder))
            Assert.DoesNotContain(agent.Log.Lines, l => l.Contains("was registered", StringComparison.Ordinal));
    }

    /// <summary>A start may take long, before what was registered is open: restoring, or waiting for a replica.</summary>
    [Fact]
    public async Task One_that_is_registered_while_an_agent_starts_does_not_replace_those_that_it_knows()
    {
        using var first = NewDatabase("first");
        using var second = NewDatabase("second");
        _folder.File("slow.db");
        using (var silent = new SilentServer())
        {
            var config = _folder.File("litestream.yml", $$"""
                access-key-id: nobody
                secret-access-key: none
                dbs:
                  - path: slow.db
                    restore-if-db-not-exists: true
                    replica: {url: 's3://nobody/slow?endpoint=http://127.0.0.1:{{silent.Port}}&region=us-east-1&forcePathStyle=true'}
                """);
            var file = ConfigurationReader.ReadFile(config, true, new() { WorkingDirectory = _folder.Path }, TimeProvider.System);
            AgentOptions Slow(AgentOptions options) => options with { WatchDirectories = [], File = file, ShutdownTimeout = TimeSpan.Zero };
            await RegisterAsync("first", Slow);
            File.Delete(_folder["slow.db"]);
            var starting = RunningAgent.StartAsync(_folder, Slow);
            string[] sockets = [];
            await Eventually.Becomes(() => (sockets = Directory.GetFiles(_folder["state"], "litestream.sock", SearchOption.AllDirectories)).Length > 0, "its socket is there");
            using var control = new ControlClient(sockets.Single());
            Assert.Equal(200, (int)(await control.PostAsync("register", Request("other/second.db", _folder["replica of second"]))).Status);
            Assert.False(starting.IsCompleted);
            silent.Dispose();
            await Assert.ThrowsAnyAsync<LitestreamException>(() => starting);
        }
        var known = await File.ReadAllTextAsync(Directory.GetFiles(_folder["state"], "registered.json", SearchOption.AllDirectories).Single());
        Assert.Contains("first.db", known, StringComparison.Ordinal);
        Assert.Contains("second.db", known, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_database_is_told_when_it_is_registered()
    {
        _folder.Folder("other");
        _folder.File("other/notes.txt", "hello, hello");
        await using var agent = await RunningAgent.StartAsync(_folder);
        using var control = new ControlClient(agent);
        await RefusedAsync(control, "other/notes.txt", _folder["replica of notes"], "its first bytes are not those of an SQLite database");
        Assert.Empty(agent.Host.Stores.Databases);
        _folder.File("other/notes.txt");
        Assert.Equal(200, (int)(await control.PostAsync("register", Request("other/notes.txt", _folder["replica of notes"]))).Status);
    }

    [Fact]
    public async Task A_plain_file_that_is_a_database_of_the_agent_or_would_be_one_is_refused()
    {
        using var first = NewDatabase("first");
        using var second = NewDatabase("second");
        await RegisterAsync("first");
        await using var agent = await RunningAgent.StartAsync(_folder);
        using var control = new ControlClient(agent);
        await RefusedAsync(control, "other/second.db", _folder["other/second.db"], "is the database itself");
        await RefusedAsync(control, "other/second.db", _folder["other/first.db"], "is a database that is replicated itself");
        await RefusedAsync(control, "other/second.db", _folder["clients/12345678-1234-5678-9abc-123456789012.db"], "would itself be replicated");
        Assert.Equal(200, (int)(await control.PostAsync("register", Request("other/second.db", _folder["plain/second.db"]))).Status);
        await Eventually.Becomes(() => File.Exists(_folder["plain/second.db"]), "the plain file is there");
    }

    [Fact]
    public async Task One_that_was_stopped_and_let_go_is_replicated_when_it_is_registered_again()
    {
        using var first = NewDatabase("first");
        await RegisterAsync("first");
        await using var agent = await RunningAgent.StartAsync(_folder);
        using var control = new ControlClient(agent);
        foreach (var action in new[] { "stop", "unregister", "register" })
            Assert.Equal(200, (int)(await control.PostAsync(action, Request("other/first.db", _folder["replica of first"]))).Status);
        first.Sql("INSERT INTO t VALUES (1)");
        await agent.SyncedAsync("first");
    }

    private JsonObject Request(string path, string replica) => new() { ["path"] = _folder[path], ["replica_url"] = $"file://{replica}" };

    private async Task RefusedAsync(ControlClient control, string path, string replica, string reason)
    {
        var (status, body) = await control.PostAsync("register", Request(path, replica));
        Assert.Equal(400, (int)status);
        Assert.Contains(reason, (string?)body["error"], StringComparison.Ordinal);
    }

    private Application NewDatabase(string name)
    {
        _folder.Folder("other");
        var application = new Application(_folder[$"other/{name}.db"]);
        application.Sql("PRAGMA journal_mode=WAL");
        application.Sql("CREATE TABLE t (x)");
        return application;
    }

    /// <summary>A file stands where the only registered database has its state. Answers where.</summary>
    private string BlockState()
    {
        var state = Directory.GetDirectories(Directory.GetDirectories(_folder["state"], "stores", SearchOption.AllDirectories).Single()).Single();
        Directory.Move(state, _folder["aside"]);
        File.WriteAllText(state, "");
        return state;
    }

    private async Task RegisterAsync(string name, Func<AgentOptions, AgentOptions>? change = null)
    {
        await using var agent = await RunningAgent.StartAsync(_folder, change);
        using var control = new ControlClient(agent);
        var (_, answer) = await control.PostAsync("register", new() { ["path"] = _folder[$"other/{name}.db"], ["replica_url"] = $"file://{_folder[$"replica of {name}"]}" });
        Assert.Equal("registered", (string?)answer["status"]);
        await agent.SyncedAsync(name);
    }
}
