using System.Globalization;
using System.Text.RegularExpressions;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Scenarios;

/// <summary>An application that the agent runs: restored, started, replicated, stopped with a last sync, started elsewhere; nothing is lost.</summary>
public sealed class ExecTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    /// <summary>Takes a minute: so long a chain is left to its last writer, who might still be there.</summary>
    [Fact]
    public async Task On_a_fresh_disk_it_goes_on_where_it_ended_elsewhere_and_loses_nothing()
    {
        var (here, there) = (_sandbox.Folder("here"), _sandbox.Folder("there"));
        using (var agent = Start(here))
        {
            await WritesAsync(here, agent);
            agent.Send(Signal.Terminate);
            Assert.Equal(0, await agent.WaitForExitAsync(Eventually.Patience));
            Assert.Contains("everything is in the replica", agent.Said, StringComparison.Ordinal);
        }
        var ended = await DigestAsync(here);

        using (var agent = Start(there))
        {
            await WritesAsync(there, agent);
            Assert.Equal(ended, await File.ReadAllTextAsync(Path.Combine(there, "at-start")));
            agent.Send(Signal.Interrupt);
            // How such an application ends after Ctrl-C.
            Assert.Equal(130, await agent.WaitForExitAsync(TimeSpan.FromSeconds(100)));
            Assert.Contains("everything is in the replica", agent.Said, StringComparison.Ordinal);
        }
        var latest = await DigestAsync(there);
        Assert.NotEqual(ended, latest);
        Assert.Equal(latest, await RestoredAsync());
    }

    [Theory]
    [InlineData("exit 3", 3)]
    [InlineData("kill -TERM $$", 128 + 15)]
    [InlineData("kill -KILL $$", 128 + 9)]
    public async Task However_the_application_ends_its_last_commit_is_in_the_replica_and_its_exit_code_is_the_agents(string end, int exitCode)
    {
        var here = _sandbox.Folder("here");
        using var agent = Start(here, $"{Writer} create app.db -rows 20 && {Writer} write app.db -transactions 30 -seed 5; {end}");
        Assert.Equal(exitCode, await agent.WaitForExitAsync(Eventually.Patience));
        Assert.Contains($"exit code {exitCode}", agent.Said, StringComparison.Ordinal);
        Assert.Equal(await DigestAsync(here), await RestoredAsync());
    }

    [Fact]
    public async Task A_signal_to_the_application_itself_ends_both_in_good_order()
    {
        var here = _sandbox.Folder("here");
        using var agent = Start(here);
        await WritesAsync(here, agent);
        var started = Regex.Match(agent.Said, @"Application started: .* \(process (\d+)\)");
        Signal.Send(int.Parse(started.Groups[1].Value, CultureInfo.InvariantCulture), Signal.Terminate);
        Assert.Equal(0, await agent.WaitForExitAsync(Eventually.Patience));
        Assert.Equal(await DigestAsync(here), await RestoredAsync());
    }

    [Fact]
    public async Task Standard_streams_are_the_applications_and_no_shell_reads_its_words()
    {
        var here = _sandbox.Folder("here");
        var result = await ChildProcess.RunAsync(
            PublishedProgram.Path, [.. Arguments(here), "-exec", "awk '{ print \"got \" $1, ENVIRON[\"GREETING\"], \"*\" }'"], here,
            _sandbox.EnvironmentWith(new Dictionary<string, string> { ["GREETING"] = "hello" }), "one two\n");
        result.Must(0);
        Assert.Equal("got one hello *\n", result.Output);
        Assert.Contains("Application ended", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_that_cannot_be_started_is_told_and_the_agent_ends()
    {
        var here = _sandbox.Folder("here");
        var result = await ChildProcess.RunAsync(PublishedProgram.Path, [.. Arguments(here), "-exec", "./no-such-program -x"], here, _sandbox.Environment);
        result.Must(1).MustSay("cannot start \"./no-such-program\" of -exec", "no shell is run");
    }

    private static string Writer => WriterProgram.Typed;

    /// <summary>An application as it may be on any disk: makes its database if there is none, notes what it found, and writes until it is told to end.</summary>
    private static string Service =>
        $"test -f app.db || {Writer} create app.db -rows 20; {Writer} dump -digest app.db | cut -f 2 > at-start; exec {Writer} write app.db -log acks -rate 200 -seed $PPID";

    private static string[] Arguments(string folder) => ["replicate", "-config", Config(folder), "-state-dir", Path.Combine(folder, "state")];

    private static string Config(string folder)
    {
        var path = Path.Combine(folder, "litestream.yml");
        File.WriteAllText(path, $"sync-interval: 100ms\ndbs:\n  - path: {folder}/app.db\n    replica: {{path: {folder}/../backups/app}}\n");
        return path;
    }

    private ChildProcess Start(string folder, string? shell = null) => ChildProcess.Start(
        PublishedProgram.Path, [.. Arguments(folder), "-exec", $"sh -c \"{(shell ?? Service).Replace("$", "\\$", StringComparison.Ordinal)}\""], folder, _sandbox.Environment);

    private static Task WritesAsync(string folder, ChildProcess agent) => Eventually.TrueAsync(
        () => new FileInfo(Path.Combine(folder, "acks")) is { Exists: true, Length: > 2000 }, () => $"the application commits\n{agent.Said}");

    private async Task<string> DigestAsync(string folder) => await DigestOfAsync(Path.Combine(folder, "app.db"));

    private async Task<string> RestoredAsync()
    {
        var output = _sandbox.NextRestorePath();
        (await PublishedProgram.RunAsync(_sandbox, "restore", "-o", output, Path.Combine(_sandbox.Root, "backups", "app"))).MustSucceed();
        return await DigestOfAsync(output);
    }

    /// <summary>As <c>cut</c> leaves it.</summary>
    private async Task<string> DigestOfAsync(string path) => (await WriterProgram.DigestsAsync(_sandbox, path))[path] + "\n";
}
