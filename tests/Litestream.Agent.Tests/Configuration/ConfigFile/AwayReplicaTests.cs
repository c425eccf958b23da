using System.Text.Json;
using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;
using Litestream.Agent.Tests.Commands;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Tests.Configuration.ConfigFile;

/// <summary>Replicas that do not answer when no agent runs: what the others have comes back, and nobody takes silence for an empty replica.</summary>
public sealed class AwayReplicaTests : IDisposable
{
    private const string Away = "{url: 's3://nobody/app?endpoint=http://127.0.0.1:1&region=us-east-1', access-key-id: nobody, secret-access-key: none}";

    private readonly TestFolder _folder = new();

    // A file where a folder should be: as good as a disk that is not mounted, and told at once.
    public AwayReplicaTests() => _folder.File("away", "no folder");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task That_one_holds_no_backup_is_not_said_while_another_does_not_answer()
    {
        var config = Write("dbs: [{path: a.db, replicas: [away/a, here/a]}]");
        foreach (var flag in new[] { "-if-replica-exists", "-dry-run", "-if-db-not-exists" })
        {
            var run = await ProgramRun.Of(_folder.Path, "restore", "-config", config, flag);
            Assert.Equal(ExitCode.Failed, run.ExitCode);
            Assert.Contains(_folder["away"], run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("no backup", run.Out + run.Error, StringComparison.Ordinal);
        }
        Assert.False(File.Exists(_folder["a.db"]));

        _folder.File("a.db", "precious");
        var there = await ProgramRun.Of(_folder.Path, "restore", "-config", config, "-if-db-not-exists");
        Assert.Equal((ExitCode.Done, ""), (there.ExitCode, there.Error));
    }

    [Fact]
    public async Task An_application_is_not_started_on_an_empty_database_while_a_replica_does_not_answer()
    {
        var config = Write($"dbs: [{{path: a.db, replicas: [{Away}, here/a]}}]");
        var run = await ProgramRun.Of(_folder.Path, "replicate", "-config", config, "-exec", "touch started");
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("127.0.0.1:1", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["started"]));
        Assert.Contains("does not answer yet", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("neither does a backup", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{dir: data, replicas: [away/data, here/data]}")]
    [InlineData("{path: data/a.db, replicas: [away/data/a.db, here/data/a.db.x]}")]
    public async Task What_the_other_replica_has_comes_back_and_the_one_away_is_named(string item)
    {
        var config = Write($"dbs: [{item}]");
        await ReplicateAsync("dbs: [{dir: data, replica: here/data}]", "data/a.db");
        if (item.StartsWith("{path", StringComparison.Ordinal))
            Directory.Move(_folder["here/data/a.db"], _folder["here/data/a.db.x"]);
        var run = await ProgramRun.Of(_folder.Path, "restore", "-config", config);
        Assert.True(run.ExitCode == ExitCode.Done, run.Error);
        Assert.Contains("does not answer", run.Error, StringComparison.Ordinal);
        Assert.Contains(_folder["away"], run.Error, StringComparison.Ordinal);
        using var back = new Application(_folder["data/a.db"]);
        Assert.Equal(["data/a.db"], back.Sql("SELECT x FROM t"));
    }

    [Fact]
    public async Task Other_items_of_the_file_come_back_when_no_replica_of_a_directory_answers()
    {
        await ReplicateAsync("dbs: [{path: a.db, replica: here/a}]", "a.db");
        var config = Write("dbs: [{dir: data, replica: away/data}, {path: a.db, replica: here/a}]");
        var run = await ProgramRun.Of(_folder.Path, "restore", "-config", config);
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains(_folder["data"], run.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["a.db"]));
        var named = await ProgramRun.Of(_folder.Path, "ltx", "-config", config, "somebody");
        Assert.DoesNotContain("says nothing of", named.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_and_databases_show_every_item_those_without_an_answer_as_such()
    {
        await ReplicateAsync("dbs: [{path: a.db, replica: here/a}]", "a.db");
        var config = Write("dbs: [{path: b.db, replicas: [away/b, away/c]}, {dir: data, replica: away/data}, {path: a.db, replicas: [here/a, away/a]}]");
        var run = await ProgramRun.Of(_folder.Path, "status", "-json", "-config", config);
        Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Error));
        var report = JsonSerializer.Deserialize(run.Out, FleetJson.Default.StatusReport)!;
        Assert.Equal([("error", "replica-unavailable"), ("error", "replica-unavailable"), ("waiting", "other")], report.Clients.Select(c => (c.Status, c.Reason)));
        Assert.Equal([_folder["b.db"], _folder["data"], _folder["a.db"]], report.Clients.Select(c => c.DatabasePath));
        Assert.Equal((2, 1, 3), (report.Counts["error"], report.Counts["waiting"], report.TotalClients));
        Assert.NotNull(report.Clients[2].ReplicatedTxid);
        Assert.Contains(report.Warnings, w => w.StartsWith(_folder["away/a"], StringComparison.Ordinal));

        var listed = await ProgramRun.Of(_folder.Path, "databases", "-config", config);
        Assert.Equal((ExitCode.Done, ""), (listed.ExitCode, listed.Error));
        Assert.Contains($"{_folder["b.db"]}", listed.Out, StringComparison.Ordinal);
        Assert.Contains($"{_folder["away/b"]}, {_folder["away/c"]}", listed.Out, StringComparison.Ordinal);
    }

    /// <summary>One that goes furthest may be the one that keeps the least.</summary>
    [Fact]
    public async Task A_state_that_only_one_replica_still_has_is_restored_from_that_one()
    {
        await ReplicateAsync("dbs: [{path: a.db, replica: old/a}]", "a.db");
        var then = DateTimeOffset.UtcNow;
        await ReplicateAsync("dbs: [{path: a.db, replicas: [new/a, old/a]}]", "a.db", "INSERT INTO t VALUES ('later')");
        // The old one is behind and goes back; the new one has an image of the newest state alone.
        foreach (var file in Directory.GetFiles(_folder["old/a/ltx/0"]))
            File.Delete(file);
        var config = Write("dbs: [{path: a.db, replicas: [new/a, old/a]}]");
        foreach (var moment in new[] { new[] { "-timestamp", then.ToString("O") }, ["-txid", "0000000000000001"] })
        {
            var run = await ProgramRun.Of(_folder.Path, ["restore", "-config", config, .. moment, "a.db"]);
            Assert.True(run.ExitCode == ExitCode.Done, run.Error);
            using (var back = new Application(_folder["a.db"]))
                Assert.Equal(["1"], back.Sql("SELECT count(*) FROM t"));
            File.Delete(_folder["a.db"]);
        }
    }

    [Fact]
    public async Task A_directory_without_any_backup_is_well_where_that_may_be_unless_a_replica_does_not_answer()
    {
        var config = Write("dbs: [{dir: data, replica: here/data}]");
        Assert.Equal(ExitCode.Failed, (await ProgramRun.Of(_folder.Path, "restore", "-config", config)).ExitCode);
        Assert.Equal(ExitCode.Done, (await ProgramRun.Of(_folder.Path, "restore", "-config", config, "-if-replica-exists")).ExitCode);
        config = Write("dbs: [{dir: data, replicas: [away/data, here/data]}]");
        Assert.Equal(ExitCode.Failed, (await ProgramRun.Of(_folder.Path, "restore", "-config", config, "-if-replica-exists")).ExitCode);
    }

    /// <summary>The databases are written, replicated, and gone.</summary>
    private async Task ReplicateAsync(string yaml, string database, string sql = "SELECT 1")
    {
        var config = _folder.File("before.yml", yaml);
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[database])!);
        using (var application = new Application(_folder[database]))
        {
            application.Sql("PRAGMA journal_mode=WAL");
            if (application.Sql("SELECT count(*) FROM sqlite_master")[0] == "0")
            {
                application.Sql("CREATE TABLE t (x)");
                application.Sql($"INSERT INTO t VALUES ('{database}')");
            }
            application.Sql(sql);
            var run = await ProgramRun.Of(_folder.Path, "replicate", "-once", "-config", config);
            Assert.True(run.ExitCode == ExitCode.Done, run.Out + run.Error);
        }
        if (sql != "SELECT 1" || !yaml.Contains("old", StringComparison.Ordinal))
            File.Delete(_folder[database]);
    }

    private string Write(string yaml) => _folder.File("litestream.yml", yaml);
}
