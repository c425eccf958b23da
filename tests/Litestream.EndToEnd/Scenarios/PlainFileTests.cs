using System.Diagnostics;
using System.Globalization;
using Litestream.EndToEnd.Histories;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Scenarios;

/// <summary>A backup that is itself a SQLite file: the quick start as it is written, and what its readers see while agents die. PLAINFILE_SECONDS=600 for the long form.</summary>
public sealed class PlainFileTests : IDisposable
{
    /// <summary>What holds after each commit of a history.</summary>
    private const string Invariant =
        "SELECT CASE WHEN (SELECT count(*) FROM rows) = (SELECT live FROM commits ORDER BY seq DESC LIMIT 1) AND (SELECT count(*) FROM commits) = (SELECT max(seq) FROM commits) "
        + "THEN 'ok' ELSE (SELECT count(*) FROM rows) || ' rows after commit ' || (SELECT max(seq) FROM commits) END";

    private readonly Sandbox _sandbox = new();
    private readonly int _seed = Random.Shared.Next();

    // A reader that is left behind takes a core for good.
    private readonly List<ChildProcess> _readers = [];

    public void Dispose()
    {
        _readers.ForEach(r => r.Dispose());
        _sandbox.Dispose();
    }

    /// <summary>Every command of the README's first block, in order; what it says behind a # of a question is what the answer becomes.</summary>
    [NeedsSqlite3]
    public async Task The_quick_start_of_the_README_does_what_it_says()
    {
        var (file, commands) = ReadQuickStart();
        await File.WriteAllTextAsync(Path.Combine(_sandbox.Root, "litestream.yml"), file);
        RunningAgent? agent = null;
        foreach (var (command, answer) in commands)
        {
            if (command.EndsWith(" &", StringComparison.Ordinal))
            {
                agent = RunningAgent.Launch(_sandbox, null, command["litestream ".Length..^2].Split(' '));
                await agent.WaitForLineAsync("Ready");
            }
            else if (command.StartsWith("sqlite3 ", StringComparison.Ordinal) && answer.Length > 0)
                await Eventually.TrueAsync(async () => (await ShellAsync(command)).Output.Trim() == answer, () => $"{command} answers {answer}\n{agent?.Said}");
            else
                (await ShellAsync(command)).MustSucceed();
        }
        await agent!.StopInOrderAsync();
        Assert.Equal(7, commands.Count);
        Assert.Equal("kept", (await ShellAsync("sqlite3 backups/pb_data.db 'SELECT text FROM notes'")).Output.Trim());
    }

    /// <summary>The same accident on a machine that died with it: the database is gone, its -wal and -shm are not.</summary>
    [NeedsSqlite3]
    public async Task Stale_companions_of_a_lost_database_do_no_harm()
    {
        await WriteConfigAsync();
        var database = Path.Combine(_sandbox.Data, "app.db");
        await File.WriteAllBytesAsync(database, []);
        using var application = await Application.OpenAsync(_sandbox, database);
        await application.ExecuteAsync("PRAGMA journal_mode = WAL");
        await application.ExecuteAsync("CREATE TABLE notes (text)");
        await application.ExecuteAsync("INSERT INTO notes VALUES ('kept')");
        var agent = Launch();
        var plain = Path.Combine(_sandbox.Replica, "app.db");
        await Eventually.TrueAsync(async () => File.Exists(plain) && (await Sqlite3Program.AskAsync(_sandbox, plain, "SELECT text FROM notes")).Trim() == "kept", () => agent.Said);
        await agent.KillAsync();
        application.Kill();
        File.Delete(database);
        Assert.True(File.Exists(database + "-wal") && File.Exists(database + "-shm"));
        (await ChildProcess.RunAsync(PublishedProgram.Path, ["restore", "-config", "litestream.yml"], _sandbox.Root, _sandbox.Environment)).MustSucceed();
        Assert.Equal("kept", (await Sqlite3Program.AskAsync(_sandbox, database, "SELECT text FROM notes")).Trim());
        Assert.Equal("ok", await Sqlite3Program.IntegrityAsync(_sandbox, database));
    }

    [NeedsSqlite3]
    public async Task Whenever_the_agent_is_killed_the_plain_file_is_whole_and_the_beginning_of_the_history()
    {
        var seconds = int.TryParse(Environment.GetEnvironmentVariable("PLAINFILE_SECONDS"), CultureInfo.InvariantCulture, out var given) ? given : 15;
        var random = new Random(_seed);
        await WriteConfigAsync();
        var (database, plain, archive) = (Path.Combine(_sandbox.Data, "app.db"), Path.Combine(_sandbox.Replica, "app.db"), _sandbox.Folder("archive"));
        (await WriterProgram.RunAsync(_sandbox, "history", "-create", "-seed", $"{_seed}", database)).MustSucceed();
        var agent = Launch();
        await Eventually.TrueAsync(() => File.Exists(plain), () => $"it is built\n{agent.Said}");
        using var writer = WriterProgram.Start(_sandbox, "history", "-shared", database, "-id", "1", "-seed", $"{_seed}",
            "-acks", Path.Combine(_sandbox.Root, "acks"), "-archive", archive, "-templates", _sandbox.Folder("templates"));
        using var judge = new JudgeProcess(_sandbox, archive);
        var readers = new[] { StartReader(plain), StartReader(plain) };
        var (kills, newest) = (0, 0);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(seconds); kills++)
        {
            await Task.Delay(random.Next(20, 900)); // the moment of a kill is what is random here; nothing is waited for
            await agent.KillAsync();
            // With nobody there to mend it: whoever opens it finds a state that was.
            newest = await JudgeAsync(judge, plain, database);
            Assert.All(readers, r => Assert.False(r.HasExited, $"seed {_seed}: a reader ended: {r.Said}"));
            if (random.Next(4) == 0)
            {
                readers[0].Send(Signal.Kill);
                readers[0] = StartReader(plain);
            }
            agent = Launch();
            _ = await JudgeAsync(judge, plain, database);
        }

        writer.Send(Signal.Terminate);
        await writer.WaitForExitAsync(Eventually.Patience);
        await Eventually.TrueAsync(
            async () => (await judge.AskAsync("restored", plain, database))[^1] == (await judge.AskAsync("live", database))[^1], () => $"seed {_seed}: the last commit arrives\n{agent.Said}");
        foreach (var reader in readers)
        {
            // The newest may have started a moment ago.
            await Eventually.TrueAsync(() => reader.Lines.Contains("reading"), () => $"seed {_seed}: it reads: {reader.Said}");
            reader.Send(Signal.Terminate);
            Assert.True(await reader.WaitForExitAsync(Eventually.Patience) == 0, $"seed {_seed}: {reader.Said}");
            Assert.Matches("reads [1-9][0-9]+", reader.Said);
        }
        Assert.True(kills > 3 && newest > 20, $"{kills} kills, {newest} commits: the machine is too slow for this to show anything");
        await agent.StopInOrderAsync();
    }

    /// <summary>How many commits it holds.</summary>
    private async Task<int> JudgeAsync(JudgeProcess judge, string plain, string database)
    {
        string[] answer = [];
        await Eventually.TrueAsync(async () => (answer = await judge.AskAsync("restored", plain, database)) is not [_, "busy", ..], () => $"it is not busy for ever: {string.Join(' ', answer)}");
        Assert.True(answer is ["ok", ..], $"seed {_seed}: {string.Join(' ', answer)}");
        return int.Parse(answer[^1], CultureInfo.InvariantCulture);
    }

    private ChildProcess StartReader(string path)
    {
        _readers.Add(WriterProgram.Start(_sandbox, "watch", path, "-query", Invariant));
        return _readers[^1];
    }

    private RunningAgent Launch() => RunningAgent.Launch(_sandbox, null, "replicate", "-config", "litestream.yml");

    private Task WriteConfigAsync() => File.WriteAllTextAsync(Path.Combine(_sandbox.Root, "litestream.yml"), $$"""
        sync-interval: 50ms
        levels: [{interval: 1s}, {interval: 3s}]
        l0-retention: 2s
        dbs:
          - path: {{_sandbox.Data}}/app.db
            replica: {type: file, path: {{_sandbox.Replica}}/app.db}
        """);

    private Task<ProgramResult> ShellAsync(string command)
    {
        var path = $"{Path.GetDirectoryName(PublishedProgram.Path)}:{Environment.GetEnvironmentVariable("PATH")}";
        return ChildProcess.RunAsync("sh", ["-c", command], _sandbox.Root, _sandbox.EnvironmentWith(new Dictionary<string, string> { ["PATH"] = path }));
    }

    private static (string File, List<(string Command, string Answer)> Commands) ReadQuickStart()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var block = text[text.IndexOf("## Quick start", StringComparison.Ordinal)..].Split("```")[1].Split('\n')[1..];
        var end = Array.IndexOf(block, "YML");
        var commands = block[(end + 1)..].Where(l => l.Length > 0).Select(l => l.Split('#', 2)).Select(l => (l[0].Trim(), l.Length > 1 ? l[1].Trim() : "")).ToList();
        return (string.Join('\n', block[1..end]) + "\n", commands);
    }
}
