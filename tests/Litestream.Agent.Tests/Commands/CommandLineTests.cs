namespace Litestream.Agent.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private const string Guid = "12345678-1234-5678-9abc-123456789012";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-watch-dri data", "no flag -watch-dri", "did you mean -watch-dir?")]
    [InlineData("replicate -watch-dir data -prot 1", "no flag -prot", "did you mean -port?")]
    [InlineData("restore -0 out.db url", "no flag -0", "did you mean -o?")]
    [InlineData("replicat", "no command replicat", "did you mean replicate?")]
    [InlineData("frobnicate", "no command frobnicate", "litestream help")]
    [InlineData("replicate -zzzzzzzzzzzz", "no flag -zzzzzzzzzzzz", "replicate -help")]
    [InlineData("replicate", "nothing to replicate", "-watch-dir")]
    [InlineData("-watch-dir", "-watch-dir needs a value", "-help")]
    [InlineData("-watch-dir -port 1", "-watch-dir needs a value", "-help")]
    [InlineData("-watch-dir data -port abc", "\"abc\" is no number from 0 to 65535", "-help")]
    [InlineData("-watch-dir data -port 70000", "\"70000\" is no number", "-help")]
    [InlineData("-watch-dir data -sync-interval 1x", "\"1x\" is no duration", "-help")]
    [InlineData("-watch-dir data -sync-interval 1ms", "too short; the least is 50ms", "-help")]
    [InlineData("-watch-dir data -sweep-interval 30d", "-sweep-interval: 30d is too long; the most is 24h", "-help")]
    [InlineData("-watch-dir data -sweep-interval 24h1ms", "too long; the most is 24h", "-help")]
    [InlineData("-watch-dir data -shutdown-timeout 60d", "-shutdown-timeout: 60d is too long; the most is 24h", "-help")]
    [InlineData("-watch-dir data -level-intervals 30s,,5m", "is no duration", "-help")]
    [InlineData("-watch-dir data -spool-cap lots", "\"lots\" is no size", "-help")]
    [InlineData("-watch-dir data -log-format xml", "\"xml\" is none of text, json", "-help")]
    [InlineData("-watch-dir data -bind example.com", "\"example.com\" is no address", "IP address")]
    [InlineData("-watch-dir data -host-id web-1", "-host-id goes with -fleet-table", "name the table")]
    [InlineData("-watch-dir data -fleet-interval 5s", "-fleet-interval goes with -fleet-table", "name the table")]
    [InlineData("-watch-dir data -fleet-table fleet -host-id web#1", "-host-id: \"web#1\" cannot name a host", "1 to 64 letters")]
    [InlineData("-watch-dir data -fleet-table fleet -fleet-interval 10ms", "too short; the least is 1s", "-help")]
    [InlineData("-watch-dir data -db-name x", "-db-name names the one database of -dsn", "-dsn")]
    [InlineData("-dsn a.db,b.db -db-name x", "-db-name names the one database of -dsn", "once")]
    [InlineData("-dsn one/a.db,two/a.db", "would both be kept as databases/a", "-db-name")]
    [InlineData("-dsn a.db -db-name ..", "\"..\" cannot name a database", "-db-name")]
    [InlineData("restore", "URL is missing", "litestream restore")]
    [InlineData("restore file:///x", "-o FILE is missing", "-o restored.db")]
    [InlineData("restore -o out.db -txid 42 file:///x", "\"42\" is no transaction id", "16 hexadecimal digits")]
    [InlineData("restore -o out.db -txid 0000000000000000 file:///x", "is no transaction id", "16 hexadecimal digits")]
    [InlineData("restore -o out.db -timestamp yesterday file:///x", "is no time with a zone", "2026")]
    [InlineData("restore -o out.db -timestamp 2026-11-20T12:00:00 file:///x", "is no time with a zone", "2026")]
    [InlineData("restore -o out.db -txid 000000000000002a -timestamp 2026-11-20T12:00:00Z file:///x", "both name a moment", "one of them")]
    [InlineData("restore -f -o out.db -txid 000000000000002a file:///x", "-f follows the newest state", "one of them")]
    [InlineData("restore -f -o out.db -follow-interval 1ms file:///x", "too short; the least is 50ms", "-help")]
    [InlineData("restore -o out.db file:///x file:///y", "file:///y", "-help")]
    [InlineData("ltx", "URL is missing", "litestream ltx")]
    [InlineData("verify", "URL is missing", "litestream verify")]
    [InlineData("ltx -level 10 file:///x", "\"10\" is no level", "0 to 9")]
    public async Task Wrong_usage_names_the_thing_and_the_way_out(string line, string message, string hint)
    {
        var run = await ProgramRun.Of(_folder.Path, line.Split(' '));
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Empty(run.Out);
        var lines = run.Error.Split('\n');
        Assert.StartsWith("litestream: ", lines[0], StringComparison.Ordinal);
        Assert.Contains(message, lines[0], StringComparison.Ordinal);
        Assert.StartsWith("hint: ", lines[1], StringComparison.Ordinal);
        Assert.Contains(hint, lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-watch-dir nowhere", "nowhere: it does not exist")]
    [InlineData("--watch-dir nowhere", "nowhere: it does not exist")]
    [InlineData("replicate --watch-dir=nowhere", "nowhere: it does not exist")]
    [InlineData("-watch-dir . -replica r -state-dir s -port 0 -fleet-table fleet -restore-dir nowhere", "nowhere does not exist")]
    [InlineData("-watch-dir . -replica r -state-dir s -port 0 -restore-dir nowhere", "nowhere does not exist")]
    [InlineData("-watch-dir nowhere -sweep-interval 24h -shutdown-timeout 24h -lag-limit 30d", "nowhere: it does not exist")]
    [InlineData("-watch-dir file", "file: it is not a directory")]
    [InlineData("-watch-dir nowhere,file", "file: it is not a directory")]
    [InlineData("-watch-dir . -replica nonsense://x", "nonsense://")]
    [InlineData("-watch-dir . -replica file://relative", "absolute")]
    [InlineData("-dsn nowhere/a.db", "nowhere: it does not exist")]
    [InlineData("databases", "no agent is running")]
    [InlineData("status", "no agent is running")]
    [InlineData("status -socket nowhere.sock", "no agent listens on nowhere.sock")]
    [InlineData("ltx " + Guid, "no agent is running")]
    [InlineData("databases -replica empty", "holds no databases")]
    [InlineData("ltx empty", "holds no LTX files")]
    public async Task What_cannot_be_done_ends_with_one_and_says_why(string line, string message)
    {
        _folder.File("file");
        _folder.Folder("empty");
        var run = await ProgramRun.Of(_folder.Path, line.Split(' '));
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.StartsWith("litestream: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_argument_that_names_a_response_file_is_taken_as_it_is()
    {
        _folder.File("words", "restore -o x");
        var run = await ProgramRun.Of(_folder.Path, "-watch-dir", "@words");
        Assert.Contains("@words: it does not exist", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Force_is_not_read_as_f_o_rce()
    {
        var run = await ProgramRun.Of(_folder.Path, "restore", "-force", "file:///x");
        Assert.Contains("-o FILE is missing", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_line_without_end_is_refused()
    {
        var run = await ProgramRun.Of(_folder.Path, "replicate", "-" + new string('x', 100_000));
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.True(run.Error.Length < 1000);
    }

    [Theory]
    [InlineData("replicate")]
    [InlineData("restore")]
    [InlineData("verify")]
    [InlineData("databases")]
    [InlineData("status")]
    [InlineData("ltx")]
    [InlineData("demo")]
    [InlineData("version")]
    [InlineData("list")]
    [InlineData("info")]
    [InlineData("sync")]
    [InlineData("drill")]
    [InlineData("stop")]
    [InlineData("start")]
    [InlineData("register")]
    [InlineData("unregister")]
    [InlineData("reset")]
    public async Task Help_of_a_command_fits_a_screen(string command)
    {
        var run = await ProgramRun.Of(_folder.Path, command, "-help");
        var lines = run.Out.TrimEnd().Split('\n');
        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.Empty(run.Error);
        Assert.InRange(lines.Length, 4, 40);
        var all = (await ProgramRun.Of(_folder.Path, command, "-help-all")).Out.TrimEnd().Split('\n');
        Assert.All(lines.Concat(all), line => Assert.True(line.Length <= 80, line));
        Assert.True(lines.Any(line => line.StartsWith("More, with -help-all", StringComparison.Ordinal)) || all.Length <= lines.Length + 1);
        Assert.DoesNotContain(lines, line => line.Contains("--", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_program_without_a_word_shows_its_commands_and_not_its_hidden_ones()
    {
        var run = await ProgramRun.Of(_folder.Path);
        Assert.Equal(ExitCode.Done, run.ExitCode);
        foreach (var command in new[] { "replicate", "restore", "verify", "databases", "status", "ltx", "demo", "version", "sync", "start", "stop", "register", "unregister", "reset", "info", "list" })
            Assert.Contains($"\n  {command} ", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("demo-writer", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("-version")]
    [InlineData("--version")]
    public async Task Version_names_program_sqlite_and_runtime(string word)
    {
        var run = await ProgramRun.Of(_folder.Path, word);
        Assert.Matches(@"^litestream \d+\.\d+\.\d+  \(SQLite 3\.\d+\.\d+ (system|bundled|linked), \.NET ", run.Out);
    }
}
