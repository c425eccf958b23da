namespace Litestream.Agent.Tests.Commands;

/// <summary><c>replicate -once</c>: everything committed is in every replica, and the exit code says so.</summary>
public sealed class OnceTests : IDisposable
{
    private const string Guid = "12345678-1234-5678-9abc-123456789012";
    private const string Other = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

    private readonly TestFolder _folder = new();

    public OnceTests() => _folder.Folder("clients");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_committed_is_replicated_and_an_empty_file_is_no_failure()
    {
        using var application = New($"clients/{Guid}.db");
        _folder.File($"clients/{Other}.db");
        var run = await OnceAsync();
        Assert.True(run.ExitCode == ExitCode.Done, run.Out + run.Error);
        Assert.Contains("Everything committed in 2 databases is in every replica", run.Out, StringComparison.Ordinal);
        Assert.Equal(["1"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t"));

        application.Sql("INSERT INTO t VALUES (2)");
        Assert.Equal(ExitCode.Done, (await OnceAsync()).ExitCode);
        Assert.Equal(["1", "2"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t"));
    }

    [Fact]
    public async Task A_snapshot_and_retention_are_done_when_they_are_asked_for()
    {
        using var application = New($"clients/{Guid}.db");
        Assert.Equal(ExitCode.Done, (await OnceAsync()).ExitCode);
        application.Sql("INSERT INTO t VALUES (2)");
        var run = await OnceAsync("-force-snapshot", "-enforce-retention");
        Assert.True(run.ExitCode == ExitCode.Done, run.Out + run.Error);
        Assert.Single(Directory.GetFiles(_folder[$"replica/databases/{Guid}/ltx/9"]));
        Assert.Equal(["1", "2"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t"));
    }

    [Fact]
    public async Task What_could_not_be_replicated_is_named_and_the_others_are_replicated_all_the_same()
    {
        using var application = New($"clients/{Guid}.db");
        _folder.File($"clients/{Other}.db", new string('x', 8192));
        var run = await OnceAsync("-shutdown-timeout", "1s");
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Matches($"Not replicated: .*{Other}.db: ", run.Out);
        Assert.Contains("1 databases are replicated, 1 are not", run.Out, StringComparison.Ordinal);
        Assert.Equal(["1"], await RunningAgent.RestoredAsync(_folder, Guid, "SELECT x FROM t"));
    }

    [Fact]
    public async Task A_replica_that_does_not_take_it_is_given_up_on()
    {
        using var application = New($"clients/{Guid}.db");
        Assert.Equal(ExitCode.Done, (await OnceAsync()).ExitCode);
        application.Sql("INSERT INTO t VALUES (2)");
        _folder.File($"replica/databases/{Guid}/ltx/0");
        var run = await OnceAsync("-shutdown-timeout", "1s");
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("1 are not", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_two_replicas_both_must_have_it()
    {
        using var application = New("app.db");
        var config = _folder.File("litestream.yml", $"dbs: [{{path: {_folder["app.db"]}, replicas: [{_folder["one"]}, {_folder["two"]}]}}]");
        var run = await ProgramRun.Of(_folder.Path, "replicate", "-once", "-config", config);
        Assert.True(run.ExitCode == ExitCode.Done, run.Out + run.Error);
        Assert.True(Directory.Exists(_folder["one/ltx/1"]) && Directory.Exists(_folder["two/ltx/1"]));
        application.Sql("INSERT INTO t VALUES (2)");
        Directory.CreateDirectory(_folder["two/ltx"]);
        _folder.File("two/ltx/0");
        var half = await ProgramRun.Of(_folder.Path, "replicate", "-once", "-shutdown-timeout", "1s", "-config", config);
        Assert.Equal(ExitCode.Failed, half.ExitCode);
        Assert.Contains(_folder["two"], half.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-force-snapshot", "-force-snapshot goes with -once")]
    [InlineData("-enforce-retention", "-enforce-retention goes with -once")]
    [InlineData("-once -exec x", "-once ends by itself")]
    [InlineData("-exec '", "is not closed")]
    public async Task Contradictions_are_wrong_usage(string flags, string message)
    {
        var run = await ProgramRun.Of(_folder.Path, ["-watch-dir", "clients", .. flags.Split(' ')]);
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lots", "LITESTREAM_BUFFER_SIZE: \"lots\" is no size")]
    [InlineData("1MB", "LITESTREAM_BUFFER_SIZE: 1MB is too small; the least is 4MiB")]
    [InlineData("900TB", "is more than the")]
    public void A_senseless_buffer_size_is_refused(string text, string message)
    {
        var environment = new Litestream.Agent.Configuration.AgentEnvironment { WorkingDirectory = _folder.Path, BufferSize = text };
        Assert.Contains(message, Assert.Throws<LitestreamException>(() => environment.ReadBufferBytes()).Message, StringComparison.Ordinal);
    }

    private Task<ProgramRun> OnceAsync(params string[] flags) => ProgramRun.Of(_folder.Path, ["-watch-dir", "clients", "-replica", "replica", "-once", .. flags]);

    private Application New(string path)
    {
        var application = new Application(_folder[path]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        application.Sql("INSERT INTO t VALUES (1)");
        return application;
    }
}
