using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Replication;

namespace Litestream.EndToEnd.Fleet;

/// <summary>A tenant changes hosts by commands, and whoever does it dies in between.</summary>
public sealed class FleetHandOverTests
{
    [NeedsNode]
    public async Task Released_by_one_host_and_taken_over_by_another_it_goes_on_there_and_can_come_back()
    {
        using var fleet = await FleetHosts.BeginAsync();
        var tenant = await fleet.CreateTenantAsync("web-1");
        var (first, second) = (await fleet.StartAsync("web-1"), await fleet.StartAsync("web-2"));
        await first.WaitForActiveAsync(tenant.Id);
        await fleet.OwnerIsAsync(tenant, "web-1", 1, StatusWords.Active);
        using var application = await tenant.OpenAsync();
        await application.InsertAsync(10);
        var stale = await fleet.RunAsync("web-1", first, tenant, CommandKinds.Release, new() { Epoch = 3 });
        Assert.Equal((CommandStates.Failed, CommandErrors.StaleEpoch), (stale.State, stale.ErrorCode));
        var released = await fleet.RunAsync("web-1", first, tenant, CommandKinds.Release, new() { Epoch = 1 });
        Assert.True(released.State == CommandStates.Done, $"{released}\n{first.Said}");
        await tenant.ReplicaEqualsAsync(first);
        await fleet.OwnerIsAsync(tenant, null, 1, StatusWords.Paused);
        Assert.Equal(("paused", "released"), (await first.ClientAsync(tenant.Id) is var client ? client!.Status : "", client.Reason));

        var taken = await fleet.CopyAsync(tenant, application, "web-2");
        Assert.Equal(CommandStates.Done, (await fleet.RunAsync("web-2", second, taken, CommandKinds.TakeOver, new() { Epoch = 1 })).State);
        await fleet.OwnerIsAsync(tenant, "web-2", 2, StatusWords.Active);
        using var there = await taken.OpenAsync();
        await there.InsertAsync(10);
        await second.SyncAsync(tenant.Id);
        await taken.ReplicaEqualsAsync(second);

        // The first one restarts, and leaves it alone: it gave it up.
        await first.StopInOrderAsync();
        first = await fleet.StartAsync("web-1");
        await first.WaitForAsync(tenant.Id, c => c is { Status: "paused", Reason: "released" }, "is still given up");
        var nothing = await fleet.RunAsync("web-1", first, tenant, CommandKinds.Release);
        Assert.Equal((CommandStates.Done, "web-2's already"), (nothing.State, nothing.Result));
        Assert.Equal(CommandStates.Failed, (await fleet.RunAsync("web-1", first, tenant, CommandKinds.Resume)).State);
        await taken.ReplicaEqualsAsync(second);

        Assert.Equal(CommandStates.Done, (await fleet.RunAsync("web-2", second, taken, CommandKinds.Release)).State);
        var back = (await PublishedProgram.RunAsync(fleet.Sandbox, "start", "-take-over", "-socket", SocketOf(fleet, "web-1"), tenant.Path)).MustSucceed();
        Assert.Contains("Took over", back.Output, StringComparison.Ordinal);
        await fleet.OwnerIsAsync(tenant, "web-1", 3, StatusWords.Active);
        await tenant.ReplicaBecomesEqualAsync(first);
    }

    public static TheoryData<string> TakeOverSteps => [nameof(FaultPoint.EpochRaised), nameof(FaultPoint.FenceNotPublished), nameof(FaultPoint.PublishedNotConfirmed)];

    [NeedsNodeTheory]
    [MemberData(nameof(TakeOverSteps))]
    public async Task A_take_over_that_is_killed_is_gone_on_with_by_the_next_start(string step)
    {
        using var fleet = await FleetHosts.BeginAsync();
        var tenant = await fleet.CreateTenantAsync("web-1");
        var first = await fleet.StartAsync("web-1");
        await first.WaitForActiveAsync(tenant.Id);
        await fleet.OwnerIsAsync(tenant, "web-1", 1, StatusWords.Active);
        using var old = await tenant.OpenAsync();
        var taken = await fleet.CopyAsync(tenant, old, "web-2");
        var second = await fleet.StartAsync("web-2", crashAt: step);
        await second.WaitForAsync(tenant.Id, client => client.Status == "split-brain", "is another's");

        var command = await fleet.PutAsync("web-2", taken, CommandKinds.TakeOver, new() { Epoch = 1, IfAlive = IfAliveWords.Take });
        await second.WaitForExitAsync();
        Assert.Equal(("web-2", 2L), (await fleet.TenantAsync(tenant) is var half ? half!.HostId : "", half!.Epoch));
        second = await fleet.StartAsync("web-2");
        var ended = await fleet.EndOfAsync(command, second);
        Assert.True(ended.State == CommandStates.Done, $"{ended}\n{second.Said}");
        await fleet.OwnerIsAsync(tenant, "web-2", 2, StatusWords.Active);

        // The former owner, which was alive all the time, finds its next name taken.
        await old.InsertAsync(1);
        var lost = await first.WaitForAsync(tenant.Id, client => client.Status == "lost", "is lost");
        Assert.Contains("host web-2 with epoch 2", lost.Detail, StringComparison.Ordinal);
        using var application = await taken.OpenAsync();
        await application.InsertAsync(10);
        await second.SyncAsync(tenant.Id);
        await taken.ReplicaBecomesEqualAsync(second);
        Assert.Equal(2, FleetHosts.FilesByWriter(tenant).Count);
    }

    public static TheoryData<string> ReleaseSteps => [nameof(FaultPoint.SyncedNotReleased), nameof(FaultPoint.ReleasedNotTold)];

    [NeedsNodeTheory]
    [MemberData(nameof(ReleaseSteps))]
    public async Task A_release_that_is_killed_is_gone_on_with_by_the_next_start(string step)
    {
        using var fleet = await FleetHosts.BeginAsync();
        var tenant = await fleet.CreateTenantAsync("web-1");
        var agent = await fleet.StartAsync("web-1", crashAt: step);
        await agent.WaitForActiveAsync(tenant.Id);
        await fleet.OwnerIsAsync(tenant, "web-1", 1, StatusWords.Active);
        var command = await fleet.PutAsync("web-1", tenant, CommandKinds.Release, new() { Epoch = 1 });
        await agent.WaitForExitAsync();
        agent = await fleet.StartAsync("web-1");
        var ended = await fleet.EndOfAsync(command, agent);
        Assert.True(ended.State == CommandStates.Done, $"{ended}\n{agent.Said}");
        await fleet.OwnerIsAsync(tenant, null, 1, StatusWords.Paused);
        await agent.WaitForAsync(tenant.Id, client => client is { Status: "paused", Reason: "released" }, "is given up");
        await tenant.ReplicaEqualsAsync(agent);

        Assert.Equal(CommandStates.Done, (await fleet.RunAsync("web-1", agent, tenant, CommandKinds.TakeOver, new() { Epoch = 1 })).State);
        await fleet.OwnerIsAsync(tenant, "web-1", 2, StatusWords.Active);
        await tenant.ReplicaBecomesEqualAsync(agent);
    }

    private static string SocketOf(FleetHosts fleet, string host) => Directory.GetFiles(fleet.StateOf(host), "*.sock", SearchOption.AllDirectories).Single();
}
