using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Replication;

namespace Litestream.EndToEnd.Fleet;

/// <summary>The half of a move that the host does which the tenant leaves.</summary>
public sealed class FleetMoveReleaseTests
{
    public static TheoryData<string?> Steps =>
    [
        null, nameof(FaultPoint.LeavingLocked), nameof(FaultPoint.LeavingNoted), nameof(FaultPoint.LeavingShut), nameof(FaultPoint.LeavingHalfMoved), nameof(FaultPoint.LeftNotReleased),
        nameof(FaultPoint.ReleasedNotTold), nameof(FaultPoint.CommandNotTold),
    ];

    /// <summary>The application never stops trying, with one connection that was open all the time and with new ones: what it was told is committed is in the replica.</summary>
    [NeedsNodeTheory]
    [MemberData(nameof(Steps))]
    public async Task No_commit_is_acknowledged_behind_the_last_one_in_the_replica_wherever_the_agent_dies(string? step)
    {
        using var fleet = await FleetHosts.BeginAsync();
        var tenant = await fleet.CreateTenantAsync("web-1");
        var agent = await fleet.StartAsync("web-1", step);
        await agent.WaitForActiveAsync(tenant.Id);
        await fleet.OwnerIsAsync(tenant, "web-1", 1, StatusWords.Active);
        await using var writer = await SteadyWriter.BeginAsync(tenant);
        using var idle = await tenant.OpenAsync();

        var command = await fleet.PutAsync("web-1", tenant, CommandKinds.Release, new() { Epoch = 1, PauseFor = "web-2" });
        if (step is not null)
        {
            await agent.WaitForExitAsync();
            agent = await fleet.StartAsync("web-1");
        }
        var ended = await fleet.EndOfAsync(command, agent);

        Assert.True(ended is { State: CommandStates.Done, PausedAt: not null, PausedMs: >= 0 }, $"{ended}\n{agent.Said}");
        await fleet.OwnerIsAsync(tenant, null, 1, StatusWords.Paused);
        await writer.IsRefusedAsync();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => idle.ExecuteAsync("INSERT INTO numbers VALUES (-1, '')"));
        Assert.Contains("unable to open database file", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Application.OpenAsync(fleet.Sandbox, tenant.Path, "-create"));
        await writer.HasEverythingAsync(await tenant.RestoreAsync());
        var aside = Directory.GetFiles(tenant.Directory, "*.moved-*").Single(f => f.EndsWith($"{command.Id}", StringComparison.Ordinal));
        await writer.HasEverythingAsync(aside);
        Assert.Equal(ended.ResultTxid, $"{tenant.Files(0).Concat(tenant.Files(1)).Max(f => f.Max):x16}");

        // It is not this host's any more, and nothing at its place becomes a tenant.
        await writer.StopAsync();
        idle.Dispose();
        await agent.StopInOrderAsync();
        agent = await fleet.StartAsync("web-1");
        Assert.Null(await agent.ClientAsync(tenant.Id));
        await fleet.OwnerIsAsync(tenant, null, 1, StatusWords.Paused);
    }

    [NeedsNode]
    public async Task A_hook_that_does_not_agree_keeps_the_tenant_where_it_is()
    {
        using var fleet = await FleetHosts.BeginAsync();
        var tenant = await fleet.CreateTenantAsync("web-1");
        var told = Path.Combine(fleet.Sandbox.Root, "told");
        var hook = Path.Combine(fleet.Sandbox.Root, "hook.sh");
        ShellScript.Write(hook, $"""
            #!/bin/sh
            echo "$1 $2 $3 $LITESTREAM_MOVE_STEP $LITESTREAM_MOVE_TENANT $LITESTREAM_MOVE_PATH $LITESTREAM_MOVE_FROM $LITESTREAM_MOVE_TO" >> {told}
            test -e {told}.agrees || (echo "it has visitors"; exit 7)
            """);
        var agent = await fleet.StartAsync("web-1", null, "-move-hook", hook);
        await agent.WaitForActiveAsync(tenant.Id);
        await fleet.OwnerIsAsync(tenant, "web-1", 1, StatusWords.Active);
        await using var writer = await SteadyWriter.BeginAsync(tenant);

        var refused = await fleet.RunAsync("web-1", agent, tenant, CommandKinds.Release, new() { Epoch = 1, PauseFor = "web-2" });

        Assert.Equal((CommandStates.Failed, CommandErrors.HookFailed), (refused.State, refused.ErrorCode));
        Assert.Contains("ended with 7", refused.Error, StringComparison.Ordinal);
        Assert.Contains("it has visitors", refused.Error, StringComparison.Ordinal);
        Assert.Equal($"leaving {tenant.Id} {tenant.Path} leaving {tenant.Id} {tenant.Path} web-1 web-2\n", await File.ReadAllTextAsync(told));
        await writer.GoesOnAsync();
        Assert.Null(writer.LastError);
        await File.WriteAllTextAsync(told + ".agrees", "");
        Assert.Equal(CommandStates.Done, (await fleet.RunAsync("web-1", agent, tenant, CommandKinds.Release, new() { Epoch = 1, PauseFor = "web-2" })).State);
        await writer.HasEverythingAsync(await tenant.RestoreAsync());
    }
}
