using Litestream.Fleet.Items;

namespace Litestream.Agent.Tests.RemoteCommands;

/// <summary>A former state, asked for through the table: in place, to a path, as a new tenant; and drills.</summary>
public sealed class RestoreRemoteCommandsTests
{
    [Fact]
    public async Task In_place_under_its_application_and_back_again()
    {
        await using var host = await CommandedAgent.StartAsync();
        var first = (await host.RunAsync(CommandKinds.Sync)).ResultTxid;
        host.Application.Sql("INSERT INTO t VALUES (2)");

        var restored = await RestoreAsync(host, new() { Txid = first });

        Assert.Equal((CommandStates.Done, null), (restored.State, restored.Error));
        Assert.Equal(["1"], host.Application.Sql("SELECT x FROM t"));
        var kept = Assert.Single(host.Agent.Find($"{host.Tenant}")!.Snapshot().Kept);
        Assert.Contains($"the state before, {kept.Txid}, is kept until", restored.Result);
        Assert.Equal(["1"], await RunningAgent.RestoredAsync(host.Folder, $"{host.Tenant}", "SELECT x FROM t"));
        Assert.Equal(CommandStates.Done, (await RestoreAsync(host, new() { Txid = $"{kept.Txid}" })).State);
        Assert.Equal(["1", "2"], host.Application.Sql("SELECT x FROM t"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_undo_that_was_asked_for_twice_takes_nothing_that_was_written_behind_the_first(bool changesNothing)
    {
        await using var host = await CommandedAgent.StartAsync();
        var first = (await host.RunAsync(CommandKinds.Sync)).ResultTxid;
        if (!changesNothing)
            host.Application.Sql("INSERT INTO t VALUES (2)");
        var restored = await RestoreAsync(host, new() { Txid = first });
        Assert.Equal((CommandStates.Done, null), (restored.State, restored.Error));
        var undo = new CommandArguments { Txid = restored.BeforeTxid, IfBusy = IfBusyWords.Wait, Undoes = restored.Id };
        // What is written behind the restore is no reason to refuse: the undo keeps it.
        host.Application.Sql("INSERT INTO t VALUES (3)");
        Assert.Equal(CommandStates.Done, (await RestoreAsync(host, undo)).State);
        host.Application.Sql("INSERT INTO t VALUES (4)");

        var second = await RestoreAsync(host, undo);

        Assert.Equal((CommandStates.Failed, CommandErrors.NothingToUndo), (second.State, second.ErrorCode));
        string[] expected = changesNothing ? ["1", "4"] : ["1", "2", "4"];
        Assert.Equal(expected, host.Application.Sql("SELECT x FROM t ORDER BY x"));
    }

    [Fact]
    public async Task A_writer_that_does_not_end_is_refused_unless_it_is_to_be_waited_for()
    {
        await using var host = await CommandedAgent.StartAsync();
        var first = (await host.RunAsync(CommandKinds.Sync)).ResultTxid;
        host.Application.Sql("INSERT INTO t VALUES (2)");
        using var writer = new Core.Tests.Replication.Application(host.Folder[$"clients/{host.Tenant}.db"]);
        writer.Sql("BEGIN IMMEDIATE");

        var refused = await RestoreAsync(host, new() { Txid = first });

        Assert.Equal((CommandStates.Failed, CommandErrors.Busy), (refused.State, refused.ErrorCode));
        Assert.Contains("keeps its old state", refused.Error);
        Assert.Equal(["1", "2"], host.Application.Sql("SELECT x FROM t"));
        var waits = host.New(CommandKinds.Restore, c => c with { Arguments = new() { Txid = first, IfBusy = IfBusyWords.Wait } });
        host.Put(waits);
        await Eventually.Becomes(() => host.Find(waits).State == CommandStates.Running, "it runs");
        writer.Sql("COMMIT");
        Assert.Equal(CommandStates.Done, (await host.EndOfAsync(waits)).State);
        Assert.Equal(["1"], host.Application.Sql("SELECT x FROM t"));
    }

    [Fact]
    public async Task As_a_new_tenant_it_has_a_chain_of_its_own()
    {
        await using var host = await CommandedAgent.StartAsync();
        var fork = Guid.NewGuid();
        var forked = await RestoreAsync(host, new() { NewTenant = fork });
        Assert.Equal((CommandStates.Done, null), (forked.State, forked.Error));
        Assert.Equal(["1"], await RunningAgent.RestoredAsync(host.Folder, $"{fork}", "SELECT x FROM t"));
        Assert.Equal(CommandStates.Failed, (await RestoreAsync(host, new() { NewTenant = fork })).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_was_there_before_a_killed_restore_to_its_path_is_not_taken_for_what_it_made(bool isLater)
    {
        await using var host = await CommandedAgent.StartAsync();
        var command = host.New(CommandKinds.Restore, c => c with { State = CommandStates.Running, ClaimedBy = "an earlier run", Arguments = new() { TargetPath = host.Folder["restores/a.db"] } });
        await host.Agent.DisposeAsync();
        // One that came later is told by what is left of the restore beside it.
        if (isLater)
            File.WriteAllText(host.Folder["restores/a.db.part"], "half");
        File.WriteAllText(host.Folder["restores/a.db"], "somebody's");
        var changedAt = File.GetLastWriteTimeUtc(host.Folder["restores/a.db"]);
        host.Put(command with { ClaimedAt = isLater ? changedAt.AddSeconds(-1) : changedAt.AddMilliseconds(1) });

        await host.StartAgentAsync();

        var ended = await host.EndOfAsync(command);
        Assert.Equal((CommandStates.Failed, CommandErrors.BadArgument), (ended.State, ended.ErrorCode));
        Assert.Contains("there already", ended.Error, StringComparison.Ordinal);
        Assert.Equal("somebody's", File.ReadAllText(host.Folder["restores/a.db"]));
    }

    [Fact]
    public async Task What_cannot_be_meant_is_a_bad_argument_and_nothing_is_written()
    {
        await using var host = await CommandedAgent.StartAsync();
        CommandArguments[] wrong =
        [
            new(), new() { Txid = "2a" }, new() { Txid = "0000000000000001", Timestamp = DateTimeOffset.UtcNow }, new() { Txid = "0000000000000001", IfBusy = "perhaps" },
            new() { TargetPath = "/srv/a.db", NewTenant = Guid.NewGuid() },
        ];
        foreach (var arguments in wrong)
            Assert.Equal(CommandErrors.BadArgument, (await RestoreAsync(host, arguments)).ErrorCode);
        var outside = await RestoreAsync(host, new() { TargetPath = host.Folder["clients/../outside.db"] });
        Assert.Equal(CommandStates.Failed, outside.State);
        Assert.Contains("refused", outside.Error);
        Assert.False(File.Exists(host.Folder["outside.db"]));
    }

    [Fact]
    public async Task A_drill_says_what_it_found()
    {
        await using var host = await CommandedAgent.StartAsync();
        var drill = await host.RunAsync(CommandKinds.Drill);
        Assert.Equal((CommandStates.Done, null), (drill.State, drill.Error));
        Assert.Matches("^passed: [0-9]+ bytes restored in [0-9.]+ s from [0-9]+ files, [0-9]+ bytes read; proof: sum; integrity check: quick; live check: equal$", drill.Result);
        Assert.Equal($"{host.Agent.Find($"{host.Tenant}")!.Snapshot().Txid}", drill.ResultTxid);
    }

    private static Task<CommandRecord> RestoreAsync(CommandedAgent host, CommandArguments arguments) => host.RunAsync(CommandKinds.Restore, c => c with { Arguments = arguments });
}
