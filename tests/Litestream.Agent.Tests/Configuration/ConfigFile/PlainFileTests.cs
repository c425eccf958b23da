using System.Globalization;
using Litestream.Agent.Configuration.ConfigFile;
using Litestream.Agent.Tests.Commands;

namespace Litestream.Agent.Tests.Configuration.ConfigFile;

/// <summary>A replica whose path ends like a database's is a plain SQLite file: it is current, and any point in time is restored by its path.</summary>
public sealed class PlainFileTests : IDisposable
{
    private readonly ConfiguredFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{type: file, path: backups/app.db}")]
    [InlineData("{path: backups/app.db}")]
    [InlineData("backups/app.db")]
    [InlineData("{url: 'file:///PLACE/backups/app.db'}")]
    public async Task It_is_kept_current_and_restores_by_its_path_at_any_point(string replica)
    {
        var config = _folder.Write($"sync-interval: 100ms\ndbs: [{{path: app.db, replica: {replica}}}]");
        var plain = _folder["backups/app.db"];
        string middle;
        using (var application = _folder.Create("app.db"))
        await using (var agent = await _folder.StartAsync(config))
        {
            await Eventually.Becomes(() => File.Exists(plain), "it is built");
            middle = await SyncedAsync(agent);
            application.Sql("INSERT INTO t VALUES ('second')");
            await SyncedAsync(agent);
            await Eventually.Becomes(() => _folder.Rows(plain).Count == 2, "it follows");
            var client = Assert.Single((await agent.StatusAsync()).Clients);
            Assert.Equal("file://" + plain, client.Replica);
            Assert.True(await agent.StopAsync());
        }
        Assert.Equal(["app.db", "app.db-ltx"], Directory.GetFileSystemEntries(_folder["backups"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await RestoresAsync(2, "out.db", plain);
        await RestoresAsync(2, "url.db", "file://" + plain);
        await RestoresAsync(1, "middle.db", plain, "-txid", middle);
        await RestoresAsync(2, "now.db", plain, "-timestamp", DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        foreach (var command in (string[])["ltx", "verify"])
        {
            var run = await ProgramRun.Of(_folder.Path, command, plain);
            Assert.True(run.ExitCode == 0, run.Error);
        }
        File.Delete(plain); // the history is the truth
        await RestoresAsync(2, "history.db", plain);
        File.Delete(_folder["app.db"]);
        Assert.Equal(0, (await ProgramRun.Of(_folder.Path, "restore", "-config", config)).ExitCode);
        Assert.Equal(2, _folder.Rows("app.db").Count);
    }

    [Fact]
    public async Task Each_database_of_a_directory_has_one_of_its_own()
    {
        _folder.Folder("clients/deep");
        var config = _folder.Write("sync-interval: 100ms\ndbs: [{dir: clients, recursive: true, pattern: '*', replica: {type: file, path: backups/*.db}}]");
        string[] names = ["one.db", "deep/two.sqlite", "three"];
        var applications = names.Select(n => _folder.Create("clients/" + n)).ToList();
        await using (var agent = await _folder.StartAsync(config))
        {
            foreach (var name in names)
                await Eventually.Becomes(() => File.Exists(_folder["backups/" + name]), $"{name} is built");
            Assert.True(await agent.StopAsync());
        }
        applications.ForEach(a => a.Dispose());
        foreach (var name in names)
        {
            Assert.Single(_folder.Rows("backups/" + name));
            Assert.True(Directory.Exists(_folder[$"backups/{name}-ltx/ltx/1"]));
            await RestoresAsync(1, "out.db", _folder["backups/" + name]);
            File.Delete(_folder["out.db"]);
            File.Delete(_folder["clients/" + name]);
        }
        var restored = await ProgramRun.Of(_folder.Path, "restore", "-config", config);
        Assert.True(restored.ExitCode == 0, restored.Error);
        Assert.All(names, name => Assert.Single(_folder.Rows("clients/" + name)));
    }

    [Theory]
    [InlineData("dbs: [{dir: data, replica: {type: file, path: backups/app.db}}]", "1:28: PLACE/backups/app.db names one SQLite file, and dir stands for many databases")]
    [InlineData("dbs: [{path: a.db, replica: {type: file, path: backups/*.db}}]", "1:29: the * of PLACE/backups/*.db stands for the databases of a dir, and this is one database")]
    [InlineData("dbs: [{path: a.db, replica: {type: file, path: a.db}}]", "1:29: PLACE/a.db is a database that is replicated itself (line 1)")]
    [InlineData("dbs: [{dir: data, replica: backups}, {path: a.db, replica: data/b.db}]", "1:60: PLACE/data/b.db would itself be replicated: it is in PLACE/data")]
    [InlineData("dbs: [{dir: data, replica: {path: data/*.db}}]", "1:28: PLACE/data would itself be replicated: it is in PLACE/data")]
    [InlineData("dbs: [{dir: data, recursive: true, replica: {path: data/backups/*.db}}]", "1:45: PLACE/data/backups would itself be replicated")]
    [InlineData("dbs: [{path: a.db, replica: backups/x.db}, {path: b.db, replica: backups/x.db}]", "1:66: file://PLACE/backups/x.db is a replica of PLACE/a.db already")]
    [InlineData("dbs: [{path: a.db, replica: backups/x.db}, {path: b.db, replica: backups/x.db-ltx}]", "1:66: file://PLACE/backups/x.db-ltx is a replica of PLACE/a.db already")]
    public async Task What_makes_no_sense_is_refused_with_its_place(string text, string expected)
    {
        _folder.Folder("data");
        var config = _folder.Write(text);
        var run = await ProgramRun.Of(_folder.Path, "replicate", "-config", config);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"{config}:{expected.Replace("PLACE", _folder.Path, StringComparison.Ordinal)}", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dbs: [{path: a.db, replica: {path: backups/x.db/}}]")] // a folder, as it says
    [InlineData("dbs: [{path: a.db, replica: {type: s3, bucket: backups, path: x.db}}]")]
    [InlineData("dbs: [{dir: data, pattern: '*.data', replica: {path: data/backups/*.db}}]")]
    [InlineData("dbs: [{dir: data, pattern: '*.data', replica: backups}, {path: a.db, replica: data/x.db}]")]
    public void What_makes_sense_is_taken(string text) => _ = _folder.Read(_folder.Write(text));

    private async Task RestoresAsync(int rows, string output, string place, params string[] flags)
    {
        var run = await ProgramRun.Of(_folder.Path, ["restore", "-o", output, .. flags, place]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(rows, _folder.Rows(_folder[output]).Count);
    }

    private static async Task<string> SyncedAsync(RunningAgent agent)
    {
        var database = Assert.Single(agent.Host.Stores.Databases);
        database.Notice(FileEvent.Wal);
        return (await database.SyncAsync(CancellationToken.None)).ToString();
    }
}
