using System.Text.Json;
using Litestream.Agent.Configuration;

namespace Litestream.Agent.Tests.Commands;

/// <summary>Commands that ask a running agent through its socket, and what they do without one.</summary>
public sealed class RunningAgentCommandTests : IDisposable
{
    private const string Guid = "12345678-1234-5678-9abc-123456789012";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Status_databases_and_ltx_ask_the_only_agent_that_runs()
    {
        await using var agent = await WithTenantAsync();
        var status = await ProgramRun.Of(_folder.Path, "status");
        Assert.Contains($"{Guid}  active", status.Out, StringComparison.Ordinal);
        Assert.Contains("1 databases: 1 active", status.Out, StringComparison.Ordinal);

        var databases = await ProgramRun.Of(_folder.Path, "databases", "-json");
        using (var json = JsonDocument.Parse(databases.Out))
        {
            Assert.Equal(_folder[$"clients/{Guid}.db"], json.RootElement[0].GetProperty("path").GetString());
            Assert.Equal($"file://{_folder["replica"]}/databases/{Guid}", json.RootElement[0].GetProperty("replica").GetString());
        }

        foreach (var name in new[] { Guid, Guid.ToUpperInvariant(), $"clients/{Guid}.db", $"replica/databases/{Guid}", $"file://{_folder["replica"]}/databases/{Guid}" })
        {
            var ltx = await ProgramRun.Of(_folder.Path, "ltx", name);
            Assert.Equal("level  min_txid          max_txid          size  created", ltx.Out.Split('\n')[0]);
            Assert.Contains("1      0000000000000001  0000000000000001", ltx.Out, StringComparison.Ordinal);
        }
        var levels = await ProgramRun.Of(_folder.Path, "ltx", "-level", "1", "-json", Guid);
        using (var json = JsonDocument.Parse(levels.Out))
            Assert.Equal("0000000000000001", Assert.Single(json.RootElement.EnumerateArray()).GetProperty("min_txid").GetString());
    }

    [Fact]
    public async Task Two_agents_are_listed_and_one_is_chosen_by_its_socket_or_by_what_it_watches()
    {
        await using var one = await WithTenantAsync();
        _folder.Folder("others");
        await using var two = await RunningAgent.StartAsync(_folder, o => o with { WatchDirectories = [_folder["others"]], Replica = _folder["replica2"] });
        var unclear = await ProgramRun.Of(_folder.Path, "status");
        Assert.Equal(ExitCode.Failed, unclear.ExitCode);
        Assert.Contains("2 agents are running", unclear.Error, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(one.Host.StateFolder, StateDirectory.SocketName), unclear.Error, StringComparison.Ordinal);

        var bySocket = await ProgramRun.Of(_folder.Path, "status", "-socket", Path.Combine(one.Host.StateFolder, StateDirectory.SocketName));
        Assert.Contains("1 databases", bySocket.Out, StringComparison.Ordinal);
        var byDirectory = await ProgramRun.Of(_folder.Path, "status", "-watch-dir", "others");
        Assert.Contains("0 databases", byDirectory.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_socket_is_for_the_agents_own_user_and_works_however_deep_its_folder_is()
    {
        var deep = Path.Combine([_folder.Path, "state", .. Enumerable.Repeat("a-rather-long-name-of-a-folder", 5)]);
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { StateRoot = deep });
        var socket = Path.Combine(agent.Host.StateFolder, StateDirectory.SocketName);
        Assert.True(socket.Length > 108);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
        Assert.Equal(ExitCode.Done, (await ProgramRun.Of(_folder.Path, "status", "-socket", socket)).ExitCode);
    }

    [Fact]
    public async Task Without_an_agent_the_files_themselves_are_looked_at()
    {
        await using (var agent = await WithTenantAsync())
            await agent.StopAsync();
        var status = await ProgramRun.Of(_folder.Path, "status", "-watch-dir", "clients", "-replica", "replica");
        Assert.Contains(Guid, status.Out, StringComparison.Ordinal);
        Assert.Contains("no running agent was found", status.Out, StringComparison.Ordinal);
        var databases = await ProgramRun.Of(_folder.Path, "databases", "-replica", "replica");
        Assert.Contains($"file://{_folder["replica"]}/databases/{Guid}", databases.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_writes_the_database_and_says_what_it_is()
    {
        await using (var agent = await WithTenantAsync())
            await agent.StopAsync();
        var url = $"file://{_folder["replica"]}/databases/{Guid}";
        var text = await ProgramRun.Of(_folder.Path, "restore", "-o", "restored.db", url);
        Assert.Equal(ExitCode.Done, text.ExitCode);
        Assert.StartsWith($"Restored {_folder["restored.db"]}\n", text.Out, StringComparison.Ordinal);
        Assert.Empty(text.Error);
        using (var application = new Application(_folder["restored.db"]))
            Assert.Equal(["1"], application.Sql("SELECT x FROM t"));

        var again = await ProgramRun.Of(_folder.Path, "restore", "-o", "restored.db", url);
        Assert.Equal(ExitCode.Failed, again.ExitCode);
        Assert.Contains("-force", again.Error, StringComparison.Ordinal);

        var forced = await ProgramRun.Of(_folder.Path, "restore", "-force", "-integrity-check", "full", "-json", "-o", "restored.db", url);
        using var json = JsonDocument.Parse(forced.Out);
        Assert.Equal("sum", json.RootElement.GetProperty("proof").GetString());
        Assert.Matches("^[0-9a-f]{16}$", json.RootElement.GetProperty("txid").GetString());
    }

    [Theory]
    [InlineData("-timestamp", "2001-01-01T00:00:00Z")]
    [InlineData("-txid", "00000000000fffff")]
    public async Task A_moment_that_cannot_be_restored_is_told_together_with_what_can(string flag, string moment)
    {
        await using (var agent = await WithTenantAsync())
            await agent.StopAsync();
        var run = await ProgramRun.Of(_folder.Path, "restore", "-o", "restored.db", flag, moment, $"replica/databases/{Guid}");
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Matches("litestream: .*(0000000000000001|20[2-9][0-9]-)", run.Error.Replace('\n', ' '));
        Assert.False(File.Exists(_folder["restored.db"]));
    }

    [Fact]
    public async Task A_replica_that_is_not_there_is_told_and_nothing_is_written()
    {
        var run = await ProgramRun.Of(_folder.Path, "restore", "-o", "restored.db", $"file://{_folder["nowhere"]}");
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.StartsWith("litestream: ", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private async Task<RunningAgent> WithTenantAsync()
    {
        var agent = await RunningAgent.StartAsync(_folder);
        using var application = new Application(_folder[$"clients/{Guid}.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        application.Sql("INSERT INTO t VALUES (1)");
        await agent.SyncedAsync(Guid);
        return agent;
    }
}
