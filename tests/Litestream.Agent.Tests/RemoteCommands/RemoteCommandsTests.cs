using Litestream.Agent.RemoteCommands;
using Litestream.Agent.Tests.Reporting;
using Litestream.Fleet.Items;
using Litestream.Tests.Servers;

namespace Litestream.Agent.Tests.RemoteCommands;

/// <summary>What an agent does when the table asks it to.</summary>
public sealed class RemoteCommandsTests
{
    [Fact]
    public async Task Each_command_is_done_on_the_running_store_and_says_what_came_of_it()
    {
        await using var host = await CommandedAgent.StartAsync();
        host.Application.Sql("INSERT INTO t VALUES (2)");
        var sync = await host.RunAsync(CommandKinds.Sync);
        Assert.Equal((CommandStates.Done, 100, "ada"), (sync.State, sync.Progress!.Percent, sync.RequestedBy));
        Assert.Equal(["1", "2"], await RestoredAsync(host));
        Assert.Equal(host.Agent.Find($"{host.Tenant}")!.Snapshot().ReplicatedTxid.ToString(), sync.ResultTxid);

        var snapshot = await host.RunAsync(CommandKinds.Snapshot);
        Assert.Equal((CommandStates.Done, sync.ResultTxid), (snapshot.State, snapshot.ResultTxid));
        Assert.Contains(Directory.GetFiles(host.ReplicaFolder, "*.ltx", SearchOption.AllDirectories), f => f.Contains("/ltx/9/", StringComparison.Ordinal));

        var verify = await host.RunAsync(CommandKinds.Verify);
        Assert.Equal(CommandStates.Done, verify.State);
        // A snapshot is followed by an empty pair.
        Assert.True(string.CompareOrdinal(verify.ResultTxid, sync.ResultTxid) >= 0, $"{verify}");
        Assert.Contains("0 damages, 0 gaps", verify.Result, StringComparison.Ordinal);

        Assert.Equal(CommandStates.Done, (await host.RunAsync(CommandKinds.Pause)).State);
        Assert.Equal(DatabaseStatus.Paused, host.Agent.Find($"{host.Tenant}")!.Snapshot().Status);
        var refused = await host.RunAsync(CommandKinds.Sync);
        Assert.Equal((CommandStates.Failed, CommandErrors.NotReplicated), (refused.State, refused.ErrorCode));
        host.Application.Sql("INSERT INTO t VALUES (3)");
        Assert.Equal(CommandStates.Done, (await host.RunAsync(CommandKinds.Resume)).State);
        Assert.Equal(["1", "2", "3"], await RestoredAsync(host));
    }

    [Fact]
    public async Task What_cannot_be_done_fails_with_a_code_and_a_sentence()
    {
        await using var host = await CommandedAgent.StartAsync();
        var unknown = await host.RunAsync("polish");
        Assert.Equal((CommandStates.Failed, CommandErrors.UnknownKind), (unknown.State, unknown.ErrorCode));
        Assert.Contains("does not know \"polish\"", unknown.Error, StringComparison.Ordinal);
        var foreign = await host.RunAsync(CommandKinds.Sync, c => c with { Tenant = Guid.NewGuid() });
        Assert.Equal((CommandStates.Failed, CommandErrors.UnknownTenant), (foreign.State, foreign.ErrorCode));

        host.Application.Sql("INSERT INTO t VALUES (2)");
        await host.RunAsync(CommandKinds.Snapshot);
        var file = Directory.GetFiles(host.ReplicaFolder, "*.ltx", SearchOption.AllDirectories).First(f => f.Contains("/ltx/9/", StringComparison.Ordinal));
        using (var bytes = new FileStream(file, FileMode.Open, FileAccess.ReadWrite))
        {
            bytes.Position = 150;
            var old = bytes.ReadByte();
            bytes.Position = 150;
            bytes.WriteByte((byte)~old);
        }
        var damaged = await host.RunAsync(CommandKinds.Verify);
        Assert.Equal((CommandStates.Failed, CommandErrors.Damaged), (damaged.State, damaged.ErrorCode));
        Assert.Contains(Path.GetFileName(file), damaged.Error, StringComparison.Ordinal);
        Assert.Contains("1 damages", damaged.Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_nobody_began_in_time_expires_and_one_that_was_cancelled_is_left_alone()
    {
        await using var host = await CommandedAgent.StartAsync();
        var late = await host.RunAsync(CommandKinds.Sync, c => c with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-1) });
        Assert.Equal(CommandStates.Expired, late.State);
        var cancelled = host.New(CommandKinds.Pause, c => c with { State = CommandStates.Cancelled });
        host.Put(cancelled);
        await host.RunAsync(CommandKinds.Sync);
        Assert.Equal(CommandStates.Cancelled, host.Find(cancelled).State);
        Assert.Empty(host.StatesSent(cancelled));
        Assert.Equal(DatabaseStatus.Active, host.Agent.Find($"{host.Tenant}")!.Snapshot().Status);
    }

    [Fact]
    public async Task A_malformed_command_fails_and_hinders_no_other()
    {
        await using var host = await CommandedAgent.StartAsync();
        var (bad, foreign, begun) = (host.New(CommandKinds.Sync), host.New(CommandKinds.Sync), host.New(CommandKinds.Sync, c => c with { State = CommandStates.Claimed, ClaimedBy = "earlier" }));
        foreach (var command in new[] { bad, foreign, begun })
        {
            host.Put(command, isAnnounced: false);
            host.Server.Set(command.Key.Partition, command.Key.Sort, "argTimestamp", new(false, "tomorrow"));
        }
        host.Server.Set(foreign.Key.Partition, foreign.Key.Sort, "type", new(false, "of tomorrow"));
        Assert.Equal(CommandStates.Done, (await host.RunAsync(CommandKinds.Sync)).State);
        Assert.Equal([CommandStates.Failed], host.StatesSent(bad));
        var item = FleetTables.Find(host.Server, bad.Key)!;
        Assert.Equal((CommandStates.Failed, CommandErrors.BadArgument), (item.Text("state"), item.Text("errorCode")));
        Assert.Contains("argTimestamp should be a time", item.Text("error"), StringComparison.Ordinal);
        // What is no command of ours, and what somebody has begun, is left as it is.
        Assert.Empty(host.StatesSent(foreign));
        Assert.Empty(host.StatesSent(begun));
        await Eventually.Becomes(() => host.Agent.Log.Lines.Any(l => l.Contains("argTimestamp should be a time", StringComparison.Ordinal)), "the log names the attribute");
    }

    [Fact]
    public async Task Commands_of_one_tenant_run_one_after_the_other_in_the_order_of_their_ids()
    {
        await using var host = await CommandedAgent.StartAsync();
        var commands = Enumerable.Range(0, 7).Select(i => host.New(i % 2 == 0 ? CommandKinds.Pause : CommandKinds.Resume)).ToList();
        foreach (var command in commands)
            host.Put(command, isAnnounced: false);
        host.Announce();
        var ended = new List<CommandRecord>();
        foreach (var command in commands)
            ended.Add(await host.EndOfAsync(command));
        Assert.All(ended, c => Assert.Equal(CommandStates.Done, c.State));
        Assert.All(ended.Zip(ended.Skip(1)), pair => Assert.True(pair.First.FinishedAt <= pair.Second.ClaimedAt, $"{pair}"));
        Assert.All(commands, c => Assert.Equal([CommandStates.Claimed, CommandStates.Running, CommandStates.Done], host.StatesSent(c)));
        Assert.Equal(DatabaseStatus.Paused, host.Agent.Find($"{host.Tenant}")!.Snapshot().Status);
    }

    [Fact]
    public async Task What_an_earlier_run_left_is_found_at_the_start_without_being_announced()
    {
        await using var host = await CommandedAgent.StartAsync();
        await host.Agent.StopAsync();
        await host.Agent.DisposeAsync();
        var (waiting, claimed, running, foreign) = (host.New(CommandKinds.Sync), host.New(CommandKinds.Sync), host.New(CommandKinds.Verify), host.New("polish"));
        host.Put(waiting, isAnnounced: false);
        host.Put(claimed with { State = CommandStates.Claimed, ClaimedBy = "earlier", ClaimedAt = DateTimeOffset.UtcNow }, isAnnounced: false);
        host.Put(running with { State = CommandStates.Running, ClaimedBy = "earlier", ClaimedAt = DateTimeOffset.UtcNow }, isAnnounced: false);
        host.Put(foreign with { State = CommandStates.Running, ClaimedBy = "earlier", ClaimedAt = DateTimeOffset.UtcNow }, isAnnounced: false);
        await host.StartAgentAsync();
        foreach (var command in new[] { waiting, claimed, running })
        {
            var ended = await host.EndOfAsync(command);
            Assert.Equal(CommandStates.Done, ended.State);
            Assert.NotEqual("earlier", ended.ClaimedBy);
        }
        Assert.Equal((CommandStates.Failed, CommandErrors.UnknownKind), (await host.EndOfAsync(foreign) is var failed ? failed.State : "", failed.ErrorCode));
    }

    [Fact]
    public async Task The_end_of_a_command_is_told_until_the_table_has_it()
    {
        await using var host = await CommandedAgent.StartAsync();
        var refusals = 0;
        host.Server.Fault = r => r.Body.TryGetProperty("ExpressionAttributeValues", out var values) && values.TryGetProperty(":finishedAt", out _) && Interlocked.Increment(ref refusals) <= 2
            ? TableServerFault.Throttle : TableServerFault.None;
        var sync = await host.RunAsync(CommandKinds.Sync);
        Assert.Equal((CommandStates.Done, 3), (sync.State, refusals));
        Assert.Equal(1, host.StatesSent(sync).Count(s => s == CommandStates.Running));
    }

    [Fact]
    public async Task Somebody_who_wants_it_to_end_before_it_begins_is_heard()
    {
        await using var host = await CommandedAgent.StartAsync();
        await host.Agent.StopAsync();
        await host.Agent.DisposeAsync();
        var command = host.New(CommandKinds.Pause, c => c with { State = CommandStates.Claimed, ClaimedBy = "earlier", ClaimedAt = DateTimeOffset.UtcNow, CancelRequestedAt = DateTimeOffset.UtcNow });
        host.Put(command, isAnnounced: false);
        await host.StartAgentAsync();
        Assert.Equal(CommandStates.Cancelled, (await host.EndOfAsync(command)).State);
        Assert.Equal(DatabaseStatus.Active, host.Agent.Find($"{host.Tenant}")!.Snapshot().Status);
    }

    [Fact]
    public void Every_command_that_may_be_asked_for_today_is_named_in_the_treaty()
    {
        Assert.Empty(RemoteCommandLane.AllKinds.Select(k => k.Kind).Except(CommandKinds.All));
        Assert.Equal(RemoteCommandLane.AllKinds.Count, RemoteCommandLane.AllKinds.Select(k => k.Kind).Distinct().Count());
    }

    private static Task<IReadOnlyList<string>> RestoredAsync(CommandedAgent host) => RunningAgent.RestoredAsync(host.Folder, $"{host.Tenant}", "SELECT x FROM t ORDER BY x");
}
