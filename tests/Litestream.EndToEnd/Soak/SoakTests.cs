using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Needs;
using Xunit.Abstractions;

namespace Litestream.EndToEnd.Soak;

/// <summary>
/// Many tenants in two directories, several applications that commit at random and make tenants come, go and return, an
/// agent that is killed again and again. At the end every replica restores to what the application has.
/// </summary>
[Collection(SoakCollection.Name)]
public sealed class SoakTests(ITestOutputHelper output) : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly SoakOptions _options = SoakOptions.FromEnvironment();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task Every_surviving_tenant_restores_to_what_its_application_committed()
    {
        Say($"{_options}");
        var random = new Random(_options.Seed);
        var clock = Stopwatch.StartNew();
        var directories = new[] { _sandbox.Data, _sandbox.Watch("prod") };
        var paths = await CreateTenantsAsync(directories, random);
        var agent = await StartAgentAsync(random);
        var writers = StartWriters(paths, random);
        Say($"{clock.Elapsed.TotalSeconds:0.0} s: {paths.Count} tenants, {writers.Count} writers");

        agent = await KillAndRestartAsync(agent, writers, random, clock);
        foreach (var writer in writers)
        {
            var code = await writer.WaitForExitAsync(TimeSpan.FromSeconds(_options.Seconds + 120));
            Say($"{clock.Elapsed.TotalSeconds:0.0} s: {writer.Said}");
            Assert.True(code == 0, $"a writer met errors; seed {_options.Seed}\n{writer.Said}\n{agent.Said}");
        }

        await EveryTenantIsReplicatedAsync(agent, directories);
        await agent.StopInOrderAsync();
        Say($"{clock.Elapsed.TotalSeconds:0.0} s: the agent stopped in order");
        await CompareAsync(directories, agent);
        Say($"{clock.Elapsed.TotalSeconds:0.0} s: done");
        agent.Dispose();
    }

    private async Task<List<string>> CreateTenantsAsync(string[] directories, Random random)
    {
        var paths = new List<string>();
        var bytes = new byte[16];
        for (var i = 0; i < _options.Tenants; i++)
        {
            random.NextBytes(bytes);
            paths.Add(Path.Combine(directories[i % 2], new Guid(bytes) + ".db"));
        }

        (await WriterProgram.RunAsync(_sandbox, ["create", .. paths, "-seed", $"{_options.Seed}"])).MustSucceed();
        return paths;
    }

    private Task<RunningAgent> StartAgentAsync(Random random) => RunningAgent.StartAsync(_sandbox,
        "-sync-interval", random.Next(2) == 0 ? "200ms" : "1s", "-level-intervals", "3s,10s,30s", "-l0-retention", "6s", "-snapshot-interval", "20s",
        "-quiet-time", random.Next(2) == 0 ? "30s" : "2s", "-sweep-interval", "5s");

    /// <summary>A tenth of the tenants is written by two processes and stays; the others belong to one writer each.</summary>
    private List<ChildProcess> StartWriters(List<string> paths, Random random)
    {
        var lists = _sandbox.Folder("lists");
        var shared = paths.Take(_options.Tenants / 10).ToList();
        var owned = paths.Skip(shared.Count).ToList();
        var writers = new List<ChildProcess>();
        for (var id = 0; id < _options.Writers; id++)
        {
            var own = Path.Combine(lists, $"own-{id}");
            var both = Path.Combine(lists, $"shared-{id}");
            File.WriteAllLines(own, owned.Where((_, i) => i % _options.Writers == id));
            File.WriteAllLines(both, shared.Where((_, i) => i % _options.Writers == id || (i + 1) % _options.Writers == id));
            writers.Add(WriterProgram.Start(_sandbox, "write", "-list", own, "-shared", both, "-id", $"{id + 1}", "-seed", $"{random.Next()}",
                "-seconds", $"{_options.Seconds}", "-rate", $"{_options.Rate}", "-churn", "0.02", "-session", "mixed",
                "-templates", _sandbox.Folder($"templates-{id}"), "-log", Path.Combine(lists, $"log-{id}")));
        }

        return writers;
    }

    /// <summary>The plan of the disturbances: not waiting for something, but something that happens at its time.</summary>
    private async Task<RunningAgent> KillAndRestartAsync(RunningAgent agent, List<ChildProcess> writers, Random random, Stopwatch clock)
    {
        var begun = Stopwatch.StartNew();
        var times = Enumerable.Range(0, _options.Kills).Select(_ => TimeSpan.FromSeconds(_options.Seconds * (0.05 + (0.9 * random.NextDouble())))).Order().ToList();
        for (var kill = 0; kill < times.Count; kill++)
        {
            await Task.Delay(times[kill] > begun.Elapsed ? times[kill] - begun.Elapsed : TimeSpan.Zero);
            Assert.True(!agent.HasExited, $"the agent ended by itself; seed {_options.Seed}\n{agent.Said}");
            await agent.KillAsync();
            var pause = random.Next(3) == 0 ? 2.0 : 0;
            Say($"{clock.Elapsed.TotalSeconds:0.0} s: kill -9 number {kill + 1}, back after {pause} s; {writers.Count(writer => !writer.HasExited)} writers at work");
            await Task.Delay(TimeSpan.FromSeconds(pause));
            agent.Dispose();
            agent = await StartAgentAsync(random);
        }

        return agent;
    }

    // A database still in rollback mode is taken over only after a second without writes: what the stop must finish is what was begun.
    private async Task EveryTenantIsReplicatedAsync(RunningAgent agent, string[] directories)
    {
        var ids = Survivors(directories).Select(path => Path.GetFileNameWithoutExtension(path)).ToList();
        await Eventually.TrueAsync(async () =>
        {
            var clients = (await agent.StatusAsync()).Clients.ToDictionary(client => client.ClientId);
            return ids.All(id => clients.GetValueOrDefault(id) is { Status: "active", ReplicatedNumber: > 0 });
        }, () => $"every tenant is active; seed {_options.Seed}\n{agent.Said}");
    }

    private async Task CompareAsync(string[] directories, RunningAgent agent)
    {
        var survivors = Survivors(directories);
        var replicas = Directory.GetDirectories(Path.Combine(_sandbox.Replica, "databases"));
        var restored = new ConcurrentDictionary<string, string>();
        var wrong = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(replicas, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (replica, _) =>
        {
            var output = _sandbox.NextRestorePath();
            var result = await PublishedProgram.RunAsync(_sandbox, "restore", "-o", output, "file://" + replica);
            if (result.ExitCode == 0)
                restored[Path.GetFileName(replica)] = output;
            else
                wrong.Add($"{Path.GetFileName(replica)}: {result.All}");
        });

        // Departed tenants, too: their backups are kept and sound.
        var checks = await WriterProgram.ChecksAsync(_sandbox, [.. restored.Values]);
        foreach (var (id, path) in restored.Where(pair => checks[pair.Value] != "ok"))
            wrong.Add($"{id}: {checks[path]}");

        var digests = await WriterProgram.DigestsAsync(_sandbox, [.. survivors, .. restored.Values]);
        foreach (var path in survivors)
        {
            var tenant = new Tenant(_sandbox, Guid.Parse(Path.GetFileNameWithoutExtension(path)), Path.GetDirectoryName(path)!, ".db");
            if (!restored.TryGetValue(tenant.Id, out var copy))
                wrong.Add($"{tenant.Id}: no replica");
            else if (digests[path] != digests[copy] || (Need.OnPath("sqlite3") && await Sqlite3Program.DumpAsync(_sandbox, path) != await Sqlite3Program.DumpAsync(_sandbox, copy)))
                wrong.Add($"{tenant.Id}: differs from {path}; {tenant.Listing()}");
            else
                tenant.ChainIsWhole();
        }

        Say($"{survivors.Count} survivors, {replicas.Length} replicas, {wrong.Count} wrong");
        Assert.True(wrong.IsEmpty, $"seed {_options.Seed}\n{string.Join('\n', wrong)}\n{agent.Said}");
    }

    private static List<string> Survivors(string[] directories) => [.. directories.SelectMany(directory => Directory.GetFiles(directory, "*.db"))];

    private void Say(string line)
    {
        output.WriteLine(line);
        // Seen while it runs, with a detailed console logger only at the end.
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"soak: {line}"));
    }
}
