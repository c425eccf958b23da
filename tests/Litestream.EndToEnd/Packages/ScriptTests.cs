using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Packages;

/// <summary>packaging/scripts with the published program on the path, as a container or a person runs them.</summary>
public sealed class ScriptTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly string _config;

    public ScriptTests()
    {
        File.CreateSymbolicLink(Path.Combine(_sandbox.Folder("bin"), "litestream"), PublishedProgram.Path);
        _config = Path.Combine(_sandbox.Root, "litestream.yml");
        File.WriteAllText(_config, $"""
            sync-interval: 100ms
            lag-limit: 2s
            dbs:
              - path: {_sandbox.Data}/app.db
                replica: {"{"}path: {_sandbox.Replica}/app{"}"}
              - dir: {_sandbox.Data}/tenants
                replica: {"{"}path: {_sandbox.Replica}/tenants{"}"}

            """);
        _sandbox.Folder("data/tenants");
    }

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task On_an_empty_disk_everything_is_restored_before_the_application_starts()
    {
        var (app, tenant) = (Path.Combine(_sandbox.Data, "app.db"), Path.Combine(_sandbox.Data, "tenants", "acme.db"));
        var create = $"{WriterProgram.Typed} create {app} -rows 40 && {WriterProgram.Typed} create {tenant} -rows 30";
        // Without any backup: nothing is restored, and the application makes its databases.
        (await RunAsync("start.sh", "sh", "-c", create)).MustSucceed().MustSay("there is no backup");
        var before = await WriterProgram.DigestsAsync(_sandbox, app, tenant);
        File.Delete(app);
        File.Delete(tenant);

        var seen = await RunAsync("start.sh", "sh", "-c", $"{WriterProgram.Typed} dump -digest {app} {tenant} && {WriterProgram.Typed} write {app} -transactions 25 -seed 5 && exit 7");
        seen.Must(7);
        Assert.Contains(before[app], seen.Output, StringComparison.Ordinal);
        Assert.Contains(before[tenant], seen.Output, StringComparison.Ordinal);

        var after = (await WriterProgram.DigestsAsync(_sandbox, app))[app];
        Assert.NotEqual(before[app], after);
        File.Delete(app);
        (await RunAsync("restore.sh", app)).MustSucceed();
        Assert.Equal(after, (await WriterProgram.DigestsAsync(_sandbox, app))[app]);
        (await RunAsync("restore.sh")).MustSucceed().MustSay("the file exists");
    }

    [Fact]
    public async Task The_words_of_a_command_reach_the_application_as_they_are()
    {
        string[] words = ["two words", "it's", "\"quoted\"", "$HOME `id` \\n", "", "line\nbreak\n", "*"];
        var result = await RunAsync("start.sh", ["printf", "[%s]\\n", .. words]);
        result.MustSucceed();
        Assert.Equal(string.Concat(words.Select(w => $"[{w}]\n")), result.Output);
    }

    [Fact]
    public async Task A_restore_that_fails_starts_nothing()
    {
        var result = await RunAsync("start.sh", "touch", Path.Combine(_sandbox.Root, "started"));
        result.MustSucceed();
        File.Delete(Path.Combine(_sandbox.Root, "started"));
        // A replica that cannot be read.
        Directory.CreateDirectory(_sandbox.Replica);
        Directory.Delete(_sandbox.Replica, recursive: true);
        await File.WriteAllTextAsync(_sandbox.Replica, "");
        Assert.NotEqual(0, (await RunAsync("start.sh", "touch", Path.Combine(_sandbox.Root, "started"))).ExitCode);
        Assert.False(File.Exists(Path.Combine(_sandbox.Root, "started")));
    }

    [Fact]
    public async Task A_stop_during_the_restore_ends_the_restore_and_starts_nothing()
    {
        await using var server = await S3Server.StartAsync("backups");
        _sandbox.UseBucket("s3://backups", S3Server.AccessKeyId, S3Server.SecretAccessKey);
        await File.WriteAllTextAsync(_config, $"dbs:\n  - path: {_sandbox.Data}/app.db\n    replica: {{url: s3://backups/app, endpoint: {server.Endpoint}}}\n");
        var app = Path.Combine(_sandbox.Data, "app.db");
        await WriterProgram.CreateAsync(_sandbox, app, "-rows", "40");
        (await PublishedProgram.RunAsync(_sandbox, "replicate", "-config", _config, "-once")).MustSucceed();
        File.Delete(app);
        using var door = new ManualResetEventSlim();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Fault = _ =>
        {
            asked.TrySetResult();
            door.Wait(Eventually.Patience);
            return S3ServerFault.None;
        };
        using (var start = ChildProcess.Start("sh", [Script("start.sh"), "touch", Path.Combine(_sandbox.Root, "started")], _sandbox.Root, Environment))
        {
            await asked.Task.WaitAsync(Eventually.Patience);
            start.Send(Signal.Terminate);
            Assert.NotEqual(0, await start.WaitForExitAsync(Eventually.Patience));
            // By its command line: nobody is left who goes on restoring.
            await Eventually.TrueAsync(() => !Directory.EnumerateDirectories("/proc").Any(IsOurs), () => $"the restore has ended\n{start.Said}");
        }
        door.Set();
        Assert.False(File.Exists(Path.Combine(_sandbox.Root, "started")) || File.Exists(app));

        bool IsOurs(string process)
        {
            try
            {
                return File.ReadAllText(Path.Combine(process, "cmdline")).Contains(_config, StringComparison.Ordinal);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false; // no process, or one that has just ended
            }
        }
    }

    [Fact]
    public async Task The_health_check_says_well_late_and_gone()
    {
        (await RunAsync("health-check.sh")).Must(1).MustSay("unhealthy", "no agent answers");
        using var agent = ChildProcess.Start("sh", [Script("start.sh")], _sandbox.Root, Environment);
        await Eventually.TrueAsync(async () => (await RunAsync("health-check.sh")).ExitCode == 0, () => $"the agent is well\n{agent.Said}");
        var app = Path.Combine(_sandbox.Data, "app.db");
        await WriterProgram.CreateAsync(_sandbox, app, "-rows", "20");
        await Eventually.TrueAsync(() => Directory.Exists(Path.Combine(_sandbox.Replica, "app", "ltx", "1")), () => $"it is replicated\n{agent.Said}");
        (await RunAsync("health-check.sh", "-config", _config)).MustSucceed().MustSay("healthy: 1 databases");

        // A replica that is away: a file where its folder was.
        Directory.Move(_sandbox.Replica, _sandbox.Replica + ".away");
        await File.WriteAllTextAsync(_sandbox.Replica, "");
        (await WriterProgram.RunAsync(_sandbox, "write", app, "-transactions", "5", "-seed", "6")).MustSucceed();
        await Eventually.TrueAsync(async () => (await RunAsync("health-check.sh")).ExitCode == 1, () => $"it is late\n{agent.Said}");
        (await RunAsync("health-check.sh")).Must(1).MustSay("1 of 1 databases late or failing", "app");
        File.Delete(_sandbox.Replica);
        Directory.Move(_sandbox.Replica + ".away", _sandbox.Replica);
        await Eventually.TrueAsync(async () => (await RunAsync("health-check.sh")).ExitCode == 0, () => $"it is well again\n{agent.Said}");

        // A directory that is gone.
        Directory.Move(Path.Combine(_sandbox.Data, "tenants"), Path.Combine(_sandbox.Data, "elsewhere"));
        await Eventually.TrueAsync(async () => (await RunAsync("health-check.sh")).ExitCode == 1, () => $"a directory is missing\n{agent.Said}");
        agent.Send(Signal.Terminate);
        Assert.Equal(0, await agent.WaitForExitAsync(Eventually.Patience));
        (await RunAsync("health-check.sh")).Must(1).MustSay("no agent answers");
    }

    [NeedsShellcheck]
    public async Task They_are_POSIX_and_without_a_finding_of_shellcheck()
    {
        foreach (var script in Directory.EnumerateFiles(Folder, "*.sh").Append(Path.Combine(Repository.Root, "packaging", "publish.sh")))
        {
            Assert.StartsWith("#!/bin/sh\n", await File.ReadAllTextAsync(script), StringComparison.Ordinal);
            (await ChildProcess.RunAsync("test", ["-x", script], _sandbox.Root)).MustSucceed();
            (await ChildProcess.RunAsync("sh", ["-n", script], _sandbox.Root)).MustSucceed();
            (await ChildProcess.RunAsync("shellcheck", ["-s", "sh", script], _sandbox.Root)).MustSucceed();
        }
    }

    private static string Folder => Path.Combine(Repository.Root, "packaging", "scripts");

    private IReadOnlyDictionary<string, string> Environment => _sandbox.EnvironmentWith(new Dictionary<string, string>
    {
        ["LITESTREAM_CONFIG"] = _config,
        ["PATH"] = $"{_sandbox.Root}/bin:{System.Environment.GetEnvironmentVariable("PATH")}",
    });

    private static string Script(string name) => Path.Combine(Folder, name);

    private Task<ProgramResult> RunAsync(string script, params string[] arguments) =>
        ChildProcess.RunAsync("sh", [Script(script), .. arguments], _sandbox.Root, Environment);
}
