using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;
using Litestream.Agent.Tests.Commands;

namespace Litestream.Agent.Tests.Configuration.ConfigFile;

/// <summary>An agent that does what a configuration file says, and the commands that read the same file.</summary>
public sealed class ConfiguredAgentTests : IDisposable
{
    private const string Guid = "12345678-1234-5678-9abc-123456789012";

    private readonly ConfiguredFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Databases_go_where_the_file_says_and_come_back_from_there()
    {
        _folder.Folder("other");
        var config = _folder.Write("""
            sync-interval: 100ms
            dbs:
              - path: app.db
                replica: {path: backups/app}
              - dir: clients
                pattern: "*.data"
                recursive: true
                replica: {type: file, path: backups/clients}
              - path: other/app.db
                retention: 7d
                replica: file:///PLACE/elsewhere
            """);
        _folder.Folder("clients/deep");
        List<Application> applications = [_folder.Create("app.db"), _folder.Create("clients/one.data"), _folder.Create($"clients/deep/{Guid}.data"), _folder.Create("other/app.db")];
        File.WriteAllText(_folder["clients/notes.data"], "no database");
        await using (var agent = await _folder.StartAsync(config))
        {
            var names = DatabaseNames.Of(_folder.Read(config).Databases);
            Assert.Equal(4, names.Concat(["clients-one.data"]).Distinct().Count());
            await agent.SyncedAsync(names[0]);
            await agent.SyncedAsync(names[2]);
            await agent.SyncedAsync("clients-one.data");
            // A directory that appears with a database in it, while the agent runs.
            _folder.Folder("clients/later/deeper");
            applications.Add(_folder.Create("clients/later/deeper/two.data"));
            await Eventually.Becomes(() => agent.Host.Stores.Databases.Any(d => d.Path == _folder["clients/later/deeper/two.data"]), "the new one is registered");
            await Eventually.Becomes(() => agent.Host.Stores.Databases.All(d => d.Snapshot() is { Status: DatabaseStatus.Active, ReplicatedTxid.IsNone: false }), "all are replicated");
            Assert.Equal(5, agent.Host.Stores.Count);
            Assert.Contains((await agent.StatusAsync()).Skipped, s => s.Path == _folder["clients/notes.data"]);
            Assert.Equal(TimeSpan.FromDays(7), agent.Host.Stores.All[2].Replicas[0].Points!.SnapshotRetention);
            Assert.Equal(TimeSpan.FromHours(24), agent.Host.Stores.All[0].Replicas[0].Points!.SnapshotRetention);
            Assert.True(await agent.StopAsync());
        }
        Assert.True(Directory.Exists(_folder["backups/app/ltx/1"]));
        Assert.True(Directory.Exists(_folder["backups/clients/one.data/ltx/1"]));
        Assert.True(Directory.Exists(_folder[$"backups/clients/deep/{Guid}.data/ltx/1"]));
        Assert.True(Directory.Exists(_folder["elsewhere/ltx/1"]));

        applications.ForEach(a => a.Dispose());
        string[] paths = ["app.db", "clients/one.data", $"clients/deep/{Guid}.data", "other/app.db", "clients/later/deeper/two.data"];
        foreach (var path in paths)
            File.Delete(_folder[path]);
        Directory.Delete(_folder["clients/later"], recursive: true);
        var restored = await ProgramRun.Of(_folder.Path, "restore", "-config", config);
        Assert.True(restored.ExitCode == 0, restored.Error + restored.Out);
        foreach (var path in paths)
        {
            using var back = new Application(_folder[path]);
            Assert.Equal([path], back.Sql("SELECT x FROM t"));
        }

        var again = await ProgramRun.Of(_folder.Path, "restore", "-config", config, "app.db");
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("app.db", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_read_the_file_when_no_agent_runs()
    {
        var config = _folder.Write("dbs: [{path: app.db, replica: backups/app}, {dir: clients, replica: backups/clients}]");
        _folder.Folder("clients");
        using (_folder.Create("app.db"))
        using (_folder.Create($"clients/{Guid}.db"))
        await using (var agent = await _folder.StartAsync(config))
        {
            await agent.SyncedAsync("app");
            await agent.SyncedAsync(Guid);
            Assert.True(await agent.StopAsync());
        }
        var listed = await ProgramRun.Of(_folder.Path, "databases", "-config", config);
        Assert.Equal((0, ""), (listed.ExitCode, listed.Error));
        Assert.Contains($"{_folder["app.db"]}", listed.Out, StringComparison.Ordinal);
        Assert.Contains($"file://{_folder[$"backups/clients/{Guid}.db"]}", listed.Out, StringComparison.Ordinal);
        foreach (var command in new[] { "ltx", "verify" })
        {
            foreach (var database in new[] { "app.db", "app", Guid, $"clients/{Guid}.db" })
            {
                var run = await ProgramRun.Of(_folder.Path, command, "-config", config, database);
                Assert.True(run.ExitCode == 0, $"{command} {database}: {run.Error}");
            }
        }
        var unknown = await ProgramRun.Of(_folder.Path, "ltx", "-config", config, "nobody.db");
        Assert.Equal((1, $"litestream: {config} says nothing of nobody.db\nhint: `litestream databases -config {config}` lists what it is about\n"), (unknown.ExitCode, unknown.Error));
    }

    [Fact]
    public async Task Each_replica_of_a_database_keeps_what_is_said_of_it()
    {
        var config = _folder.Write("retention: 2d\ndbs: [{path: a.db, replicas: [backups/a, {path: backups/b, retention: 7d, levels: [{interval: 10s}]}]}]");
        await using var agent = await _folder.StartAsync(config);
        var points = agent.Host.Stores.All[0].Replicas.Select(r => r.Points!).ToList();
        Assert.Equal([TimeSpan.FromDays(2), TimeSpan.FromDays(7)], points.Select(p => p.SnapshotRetention));
        Assert.Equal([3, 1], points.Select(p => p.LevelIntervals.Count));
    }

    [Fact]
    public async Task On_a_fresh_disk_the_folders_of_what_is_restored_are_made()
    {
        var config = _folder.Write("dbs: [{path: deep/down/a.db, replica: backups/a}]");
        _folder.Folder("deep/down");
        using (_folder.Create("deep/down/a.db"))
            Assert.Equal(0, (await ProgramRun.Of(_folder.Path, "replicate", "-config", config, "-once")).ExitCode);
        Directory.Delete(_folder["deep"], recursive: true);
        var run = await ProgramRun.Of(_folder.Path, "replicate", "-config", config, "-exec", "test -s deep/down/a.db");
        Assert.True(run.ExitCode == 0, run.Error);
        using var back = new Application(_folder["deep/down/a.db"]);
        Assert.Equal(["deep/down/a.db"], back.Sql("SELECT x FROM t"));
    }

    [Fact]
    public async Task What_is_no_text_is_no_configuration_file()
    {
        await File.WriteAllBytesAsync(_folder["latin.yml"], [.. "dbs: [{path: "u8, 0xe4, .. ".db, replica: b}]"u8]);
        await File.WriteAllBytesAsync(_folder["utf16.yml"], [.. System.Text.Encoding.Unicode.Preamble, .. System.Text.Encoding.Unicode.GetBytes("dbs: [{path: ä.db, replica: b}]")]);
        foreach (var (name, what) in new[] { ("latin.yml", "not all of it is UTF-8"), (".", "is a directory"), ("/dev/zero", "it has more than 4 MB"), ("nowhere.yml", "it does not exist") })
        {
            var run = await ProgramRun.Of(_folder.Path, "databases", "-config", name);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains(what, run.Error, StringComparison.Ordinal);
        }
        Assert.Equal([_folder["ä.db"]], _folder.Read("utf16.yml").Databases.Select(d => d.Path));
    }

    [Fact]
    public async Task A_command_line_that_is_none_is_told_with_its_place()
    {
        var config = _folder.Write("exec: sh 'x\ndbs: [{path: a.db, replica: backups/a}]");
        var run = await ProgramRun.Of(_folder.Path, "replicate", "-config", config);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"{config}:1: exec: the quote ' at character 4 is not closed", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-watch-dir")]
    [InlineData("-replica")]
    [InlineData("-bucket")]
    public async Task A_file_and_a_flag_that_both_say_where_are_refused(string flag)
    {
        var run = await ProgramRun.Of(_folder.Path, "replicate", "-config", _folder.Write("dbs: [{path: a.db, replica: backups/a}]"), flag, "x");
        Assert.Equal((2, $"litestream: -config and {flag} both say what goes where\nhint: leave one of them out\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task A_second_agent_of_one_file_ends_even_when_the_file_has_changed()
    {
        _folder.Folder("a");
        var config = _folder.Write("dbs: [{path: a/a.db, replica: backups/a}]");
        await using var agent = await _folder.StartAsync(config);
        _folder.Write("dbs: [{path: a/b.db, replica: backups/b}]");
        var refused = await Assert.ThrowsAsync<LitestreamException>(() => _folder.StartAsync(config));
        Assert.Contains("another agent runs with the state directory", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_addr_nothing_listens_but_the_socket()
    {
        var config = _folder.Write("dbs: [{path: a.db, replica: backups/a}]");
        await using var agent = await _folder.StartAsync(config, o => o with { Port = null });
        Assert.Equal(0, agent.Host.Port);
        var status = await ProgramRun.Of(_folder.Path, "status", "-config", config);
        Assert.True(status.ExitCode == 0 && status.Out.Contains("a ", StringComparison.Ordinal), status.Error);
    }
}
