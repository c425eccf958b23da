using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Help;

/// <summary>
/// docs/commands.txt is what the published program answers: the help of every command and one error of each kind. A newcomer reads it and needs nothing
/// else, so a change of it is looked at: LITESTREAM_ACCEPT=1 with this test writes it anew.
/// </summary>
public sealed class CommandsTextTests : IDisposable
{
    private static readonly string[] Commands =
        ["replicate", "demo", "restore", "verify", "ltx", "status", "databases", "list", "info", "version", "sync", "drill", "stop", "start", "register", "unregister", "reset",
            "fleet status", "fleet hosts", "fleet tenants", "fleet problems", "fleet restore", "fleet fork", "fleet restores", "fleet cancel", "fleet undo", "fleet drill", "fleet drills", "fleet command"];

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task The_text_is_what_the_program_says()
    {
        await PrepareAsync();
        var text = new CommandsText(_sandbox);
        text.Chapter("Help");
        await text.RunAsync("help", 0);
        foreach (var command in Commands)
            await text.RunAsync($"{command} -help", 0);
        await text.RunAsync("replicate -help-all", 0);
        await WrongUsageAsync(text);
        await WithoutAgentAsync(text);
        await WithAgentAsync(text);
        Compare(Heading + text);
    }

    private static string Heading => """
        What litestream says: the help of every command, and one error of each kind.
        A test keeps this file current (tests/Litestream.EndToEnd/Help). To accept a change:
          LITESTREAM_ACCEPT=1 dotnet test tests/Litestream.EndToEnd --filter CommandsTextTests

        """;

    /// <summary>A database, its replica, a damaged one, and two files with mistakes.</summary>
    private async Task PrepareAsync()
    {
        await WriterProgram.CreateAsync(_sandbox, At("data/app.db"), "-rows", "200", "-seed", "1");
        (await PublishedProgram.RunAsync(_sandbox, "replicate", "-once", "-dsn", "data/app.db", "-replica", "backups")).MustSucceed();
        var damaged = Directory.CreateDirectory(At("damaged/ltx/1")).FullName;
        await File.WriteAllTextAsync(Path.Combine(damaged, "0000000000000001-0000000000000001.ltx"), new string('x', 1000));
        await File.WriteAllTextAsync(At("wrong.yml"), "dbs:\n  - path: data/app.db\n    replcia: backups/app\n    sync-interval: soon\n");
        await File.WriteAllTextAsync(At("data/notes.txt"), "no database");
    }

    private static async Task WrongUsageAsync(CommandsText text)
    {
        text.Chapter("Wrong usage");
        await text.RunAsync("replicat", 2);
        await text.RunAsync("frobnicate", 2);
        await text.RunAsync("replicate -watch-dri data", 2);
        await text.RunAsync("replicate -watch-dir", 2);
        await text.RunAsync("replicate -watch-dir data -sync-interval soon", 2);
        await text.RunAsync("replicate -watch-dir data -spool-cap lots", 2);
        await text.RunAsync("replicate", 2);
        await text.RunAsync("replicate -watch-dir data -once -exec app", 2);
        await text.RunAsync("replicate -config wrong.yml", 2);
        await text.RunAsync("restore -o new.db", 2);
        await text.RunAsync("restore -o new.db -timestamp noon file:///srv/backups", 2);
        await text.RunAsync("restore -in-place app", 2);
        await text.RunAsync("restore -in-place -txid 0000000000000002 -o new.db app", 2);
        await text.RunAsync("sync -timeout soon app", 2);
        await text.RunAsync("stop", 2);
        await text.RunAsync("fleet statsu", 2);
        await text.RunAsync("fleet status", 2);
        await text.RunAsync("fleet tenants -api http://localhost:9", 2);
    }

    private async Task WithoutAgentAsync(CommandsText text)
    {
        text.Chapter("What cannot be done");
        await text.RunAsync("replicate -watch-dir nowhere", 1);
        await text.RunAsync("replicate -watch-dir data -replica gopher://backups", 1);
        await text.RunAsync("replicate -config nowhere.yml", 1);
        await text.RunAsync("restore -o data/app.db backups/databases/app", 1);
        await text.RunAsync("restore -o new.db backups/databases/other", 1);
        await text.RunAsync("restore -o new.db -timestamp 2001-01-01T00:00:00Z backups/databases/app", 1);
        await text.RunAsync("restore -o new.db -txid 00000000000000ff backups/databases/app", 1);
        await text.RunAsync("restore -o new.db damaged", 1);
        await text.RunAsync("verify damaged", 3);
        await text.RunAsync("ltx data", 1);
        await text.RunAsync("databases -replica data", 1);
        await text.RunAsync("status", 1);
        await text.RunAsync("sync -wait data/app.db", 1);
        await text.RunAsync("sync -socket nowhere.sock data/app.db", 1);
        await text.RunAsync("reset data/other.db", 1);
    }

    private async Task WithAgentAsync(CommandsText text)
    {
        text.Chapter("What a running agent answers");
        using var agent = await RunningAgent.StartExactlyAsync(_sandbox, "replicate", "-dsn", "data/app.db", "-replica", "backups");
        await agent.WaitForActiveAsync("app");
        await agent.SyncAsync("app");
        await text.RunAsync("sync -wait data/app.db", 0);
        await text.RunAsync("drill app", 0);
        await text.RunAsync("restore -undo app", 1);
        await text.RunAsync("restore -in-place -txid 00000000000000ff app", 1);
        await text.RunAsync("stop app", 0);
        await text.RunAsync("restore -in-place -txid 0000000000000001 app", 1);
        await text.RunAsync("stop app", 0);
        await text.RunAsync("sync -wait app", 1);
        await text.RunAsync("list", 0, isTable: true);
        await text.RunAsync("start app", 0);
        await text.RunAsync("start app", 0);
        await text.RunAsync("stop data/other.db", 1);
        await text.RunAsync("register -replica gopher://backups data/notes.txt", 1);
        await text.RunAsync("register -replica elsewhere data/other.db", 1);
        await text.RunAsync("register -replica elsewhere data/app.db", 0);
        await text.RunAsync("unregister -dry-run app", 0);
        await text.RunAsync("unregister data/other.db", 0);
        await text.RunAsync("reset app", 1);
        await text.RunAsync("replicate -dsn data/app.db -replica backups -port 0", 1);
        await agent.StopInOrderAsync();
        await text.RunAsync("reset -dry-run app", 0);
    }

    private static void Compare(string said)
    {
        var path = Path.Combine(Repository.Root, "docs", "commands.txt");
        if (Environment.GetEnvironmentVariable("LITESTREAM_ACCEPT") is { Length: > 0 })
            File.WriteAllText(path, said);
        var written = File.Exists(path) ? File.ReadAllText(path) : "";
        if (written == said)
            return;
        var (now, before) = (said.Split('\n'), written.Split('\n'));
        var line = Enumerable.Range(0, Math.Min(now.Length, before.Length)).FirstOrDefault(i => now[i] != before[i], Math.Min(now.Length, before.Length));
        Assert.Fail($"docs/commands.txt is not what the program says, from line {line + 1} on:\n"
            + $"  written: {before.ElementAtOrDefault(line)}\n  said:    {now.ElementAtOrDefault(line)}\n"
            + "LITESTREAM_ACCEPT=1 dotnet test tests/Litestream.EndToEnd --filter CommandsTextTests writes it anew; then read the difference");
    }

    private string At(string path) => Path.Combine(_sandbox.Root, path);
}
