using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Scenarios;

/// <summary>The published program with a path for each day, over a midnight of its own zone: commits all the time, also with a death in the worst moment.</summary>
public sealed class MidnightTests
{
    private static readonly TimeSpan UntilMidnight = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_day_begins_while_the_program_runs_and_each_restores_alone() =>
        // Both wait for a midnight: together.
        await Task.WhenAll(OverMidnightAsync(null), OverMidnightAsync("DayBookedNotBegun:1"));

    private static async Task OverMidnightAsync(string? death)
    {
        using var sandbox = new Sandbox();
        var (config, path, days) = (Path.Combine(sandbox.Root, "litestream.yml"), Path.Combine(sandbox.Data, "app.db"), sandbox.Folder("days"));
        await File.WriteAllTextAsync(config, $"""
            sync-interval: 100ms
            dbs:
              - path: {path}
                replica: {days}/$(date +%Y-%m-%d)/app
            """);
        await File.WriteAllBytesAsync(path, []); // as SQLite itself begins
        using var application = await Application.OpenAsync(sandbox, path);
        await application.ExecuteAsync("PRAGMA journal_mode = WAL");
        await application.ExecuteAsync("CREATE TABLE t (x INTEGER PRIMARY KEY)");
        var zone = new Dictionary<string, string> { ["TZ"] = ZoneFile.Write(sandbox) };
        var agent = RunningAgent.Launch(sandbox, death is null ? zone : new(zone) { ["LITESTREAM_CRASH_AT"] = death }, "replicate", "-config", config);
        await agent.WaitForLineAsync("Ready");
        await CommitUntilAsync(application, () => agent.HasExited || HasBegun(days, 2), () => $"a second day begins; {string.Join(' ', Directory.GetDirectories(days))}\n{agent.Said}");
        if (death is not null)
        {
            Assert.True(agent.HasExited, agent.Said);
            Assert.False(HasBegun(days, 2));
            // Nothing is lost with it: the old day is the newest there is, and has what was published.
            await RestoreAsync(sandbox, config, "while-dead.db", zone);
            agent = RunningAgent.Launch(sandbox, zone, "replicate", "-config", config);
            await agent.WaitForLineAsync("Ready");
            await CommitUntilAsync(application, () => HasBegun(days, 2), () => $"the second day begins\n{agent.Said}");
        }
        await CommitUntilAsync(application, () => true, () => "");
        var rows = await application.NumberAsync("SELECT count(*) FROM t");
        await application.EndAsync();
        await agent.StopInOrderAsync();

        var existing = Directory.GetDirectories(days).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(2, existing.Count);
        (await ChildProcess.RunAsync(PublishedProgram.Path, ["restore", "-o", Path.Combine(sandbox.Root, "old.db"), Path.Combine(existing[0], "app")], sandbox.Root, sandbox.Environment)).MustSucceed();
        Assert.InRange(await CountAsync(sandbox, "old.db"), 1, rows - 1);
        (await ChildProcess.RunAsync(PublishedProgram.Path, ["restore", "-o", Path.Combine(sandbox.Root, "new.db"), Path.Combine(existing[1], "app")], sandbox.Root, sandbox.Environment)).MustSucceed();
        Assert.Equal(rows, await CountAsync(sandbox, "new.db"));
        File.Delete(path);
        await RestoreAsync(sandbox, config, path, zone);
        Assert.Equal(rows, await CountAsync(sandbox, path));
    }

    /// <summary>One more at least.</summary>
    private static Task CommitUntilAsync(Application application, Func<bool> condition, Func<string> what) => Eventually.TrueAsync(
        async () =>
        {
            await application.ExecuteAsync("INSERT INTO t DEFAULT VALUES");
            return condition();
        },
        what,
        UntilMidnight);

    private static bool HasBegun(string days, int count) => Directory.GetFiles(days, "0000000000000001-*.ltx", SearchOption.AllDirectories).Select(Day).Distinct().Count() >= count;

    /// <summary>Of <c>…/day/app/ltx/level/file</c>.</summary>
    private static string Day(string file) => file.Split('/')[^5];

    private static async Task RestoreAsync(Sandbox sandbox, string config, string output, Dictionary<string, string> zone) =>
        (await ChildProcess.RunAsync(PublishedProgram.Path, ["restore", "-config", config, "-o", Path.Combine(sandbox.Root, output), "app"], sandbox.Root, sandbox.EnvironmentWith(zone))).MustSucceed();

    private static async Task<long> CountAsync(Sandbox sandbox, string path)
    {
        using var reader = await Application.OpenAsync(sandbox, Path.Combine(sandbox.Root, path));
        return await reader.NumberAsync("SELECT count(*) FROM t");
    }
}
