using System.Globalization;
using Litestream.Agent.Configuration.ConfigFile;
using Litestream.Agent.Tests.Commands;

namespace Litestream.Agent.Tests.Configuration.ConfigFile;

/// <summary>Paths with <c>$(date …)</c>: an agent that runs over midnight, and what restore makes of its days.</summary>
public sealed class DatedReplicaTests : IDisposable
{
    private const string Config = """
        sync-interval: 100ms
        retention: 7d
        dbs:
          - path: app.db
            restore-if-db-not-exists: true
            replica: {path: "backups/$(date +%Y-%m-%d)/app"}
          - dir: clients
            pattern: "*.data"
            replicas:
              - path: "backups/$(date +%F)/clients"
              - path: "months/$(date +%Y/%m)"
        """;

    // All of it lies in the past of the commands that run beside the agent.
    private readonly LaterTime _time = new(TimeSpan.FromDays(6));
    private readonly ConfiguredFolder _folder;

    public DatedReplicaTests() => _folder = new(_time);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_day_has_its_folder_while_the_agent_runs_and_each_restores_by_itself()
    {
        var (config, days) = (Write(), new List<(string Day, DateTimeOffset At)>());
        using Application app = _folder.Create("app.db"), one = _folder.Create("clients/one.data"), idle = _folder.Create("clients/idle.data");
        await using (var agent = await _folder.StartAsync(config))
        {
            await agent.SyncedAsync("clients-idle.data");
            for (var day = 0; day < 3; day++)
            {
                foreach (var (application, name) in new[] { (app, "app"), (one, "clients-one.data") })
                {
                    application.Sql($"INSERT INTO t VALUES ('day {day}')");
                    await agent.SyncedAsync(name);
                    await Eventually.Becomes(
                        () => agent.Find(name)!.Snapshot().Replicas is var replicas && replicas[0].Url.Contains(Today(), StringComparison.Ordinal) && replicas.All(r => r.Txid == agent.Find(name)!.Snapshot().Txid),
                        $"{name} is in {Today()}: {agent.Find(name)!.Snapshot()}");
                }
                days.Add((Today(), _time.GetUtcNow()));
                _time.Skip(TimeSpan.FromDays(1));
            }
            Assert.True(await agent.StopAsync());
        }
        Assert.Equal(days.Select(d => d.Day), Directory.GetDirectories(_folder["backups"]).Select(Path.GetFileName).Order());
        Assert.Equal(days.Select(d => d.Day[..7].Replace('-', '/')).Distinct(), Directory.GetDirectories(_folder["months"], "*", SearchOption.AllDirectories).Select(d => Path.GetRelativePath(_folder["months"], d)).Where(d => d.Length == 7));
        // The idle one has begun its first day, and no other.
        Assert.Equal([days[0].Day], days.Select(d => d.Day).Where(d => Directory.Exists(_folder[$"backups/{d}/clients/idle.data"])));
        foreach (var (name, path) in new[] { ("app", "app.db"), ("clients/one.data", "clients/one.data") })
        {
            for (var day = 0; day < days.Count; day++)
            {
                var restored = await ProgramRun.Of(_folder.Path, "restore", "-o", $"alone-{day}-{Path.GetFileName(path)}", $"backups/{days[day].Day}/{name}");
                Assert.True(restored.ExitCode == 0, restored.Error);
                Assert.Contains($"day {day}", _folder.Rows($"alone-{day}-{Path.GetFileName(path)}"));
            }
        }
    }

    [Fact]
    public async Task Restore_takes_the_newest_day_or_the_one_that_has_the_moment()
    {
        var config = Write();
        DateTimeOffset first;
        using (var app = _folder.Create("app.db"))
        using (var idle = _folder.Create("clients/idle.data"))
        await using (var agent = await _folder.StartAsync(config))
        {
            await agent.SyncedAsync("app");
            await agent.SyncedAsync("clients-idle.data");
            first = _time.GetUtcNow();
            _time.Skip(TimeSpan.FromDays(2));
            app.Sql("INSERT INTO t VALUES ('later')");
            await agent.SyncedAsync("app");
            await Eventually.Becomes(() => Directory.Exists(_folder[$"backups/{Today()}/app/ltx/1"]), "a new day");
            Assert.True(await agent.StopAsync());
        }
        var listed = await ProgramRun.Of(_folder.Path, "databases", "-config", config);
        Assert.Contains($"backups/{Today()}/app", listed.Out, StringComparison.Ordinal);
        Assert.Contains("clients/idle.data", listed.Out, StringComparison.Ordinal);

        File.Delete(_folder["app.db"]);
        File.Delete(_folder["clients/idle.data"]);
        var restored = await ProgramRun.Of(_folder.Path, "restore", "-config", config);
        Assert.True(restored.ExitCode == 0, restored.Error + restored.Out);
        Assert.Equal(["app.db", "later"], _folder.Rows("app.db"));
        Assert.Equal(["clients/idle.data"], _folder.Rows("clients/idle.data"));

        var moment = first.AddMinutes(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var back = await ProgramRun.Of(_folder.Path, "restore", "-config", config, "-timestamp", moment, "-o", "then.db", "app.db");
        Assert.True(back.ExitCode == 0, back.Error);
        Assert.Equal(["app.db"], _folder.Rows("then.db"));

        var followed = await ProgramRun.Of(_folder.Path, "restore", "-config", config, "-f", "-o", "followed.db", "app.db");
        Assert.Equal(1, followed.ExitCode);
        Assert.Contains("has a folder for each day: -f would stay in today's", followed.Error, StringComparison.Ordinal);

        // A machine that comes up days later has the file back before anything else happens to it.
        File.Delete(_folder["app.db"]);
        Directory.Delete(_folder["state"], recursive: true);
        _time.Skip(TimeSpan.FromDays(3));
        await using (var again = await _folder.StartAsync(config))
            Assert.Equal(["app.db", "later"], _folder.Rows("app.db"));
    }

    private string Today() => _time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private string Write()
    {
        _folder.Folder("clients");
        File.WriteAllText(_folder["litestream.yml"], Config);
        return _folder["litestream.yml"];
    }
}
