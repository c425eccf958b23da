using Litestream.Agent.Tests.Reporting;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Tests.RemoteCommands;

/// <summary>What becomes of a take-over that an earlier run of the agent left in the middle.</summary>
public sealed class TakeOverRemoteCommandsTests
{
    /// <summary>The agent was off for days, and the tenant went to another host meanwhile: what was wanted then is not what is wanted now.</summary>
    [Theory]
    [InlineData("web-2", CommandStates.Failed, CommandErrors.Interrupted)]
    [InlineData(null, CommandStates.Failed, CommandErrors.Interrupted)]
    [InlineData(CommandedAgent.HostId, CommandStates.Done, null)]
    public async Task One_without_an_epoch_is_gone_on_with_only_while_the_table_says_that_it_is_this_hosts(string? owner, string state, string? code)
    {
        await using var host = await CommandedAgent.StartAsync();
        var key = FleetKeys.Tenant(host.Tenant);
        await Eventually.Becomes(() => host.Server.Find(key.Partition, key.Sort) is not null, "it is in the table");
        await host.Agent.StopAsync();
        await host.Agent.DisposeAsync();
        host.Server.Set(key.Partition, key.Sort, FleetTable.HostKey, owner is null ? null : new(false, FleetKeys.OfHost(owner)));
        host.Server.Set(key.Partition, key.Sort, TenantItem.Epoch, new(true, "5"));
        var command = host.New(CommandKinds.TakeOver, c => c with { State = CommandStates.Running, ClaimedBy = "earlier", ClaimedAt = DateTimeOffset.UtcNow, Arguments = new() { IfAlive = IfAliveWords.Take } });
        host.Put(command, isAnnounced: false);

        await host.StartAgentAsync(isSynced: false);
        var ended = await host.EndOfAsync(command);
        Assert.True((state, code) == (ended.State, ended.ErrorCode), $"{ended}");
        var item = FleetTables.Find(host.Server, key)!;
        Assert.Equal((owner is null ? null : FleetKeys.OfHost(owner), "5"), (item.Text(FleetTable.HostKey), item[TenantItem.Epoch]?.Text));
    }
}
