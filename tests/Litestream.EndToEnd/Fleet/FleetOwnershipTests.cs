using System.Diagnostics;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Tests.Needs;

namespace Litestream.EndToEnd.Fleet;

/// <summary>Three hosts, one store, one table: whose a tenant is, and that nobody else writes it.</summary>
public sealed class FleetOwnershipTests
{
    private static readonly TimeSpan Lease = 10 * FleetHosts.Interval;

    [NeedsNode]
    public async Task A_file_copied_to_other_hosts_while_the_first_runs_is_replicated_by_one_and_all_say_why()
    {
        using var fleet = await FleetHosts.BeginAsync();
        var tenant = await fleet.CreateTenantAsync("web-1");
        var agents = new List<RunningAgent>();
        foreach (var host in new[] { "web-1", "web-2", "web-3" })
            agents.Add(await fleet.StartAsync(host));
        await agents[0].WaitForActiveAsync(tenant.Id);
        await fleet.OwnerIsAsync(tenant, "web-1", 1, StatusWords.Active);
        using var application = await tenant.OpenAsync();
        var instance = Assert.Single(FleetHosts.FilesByWriter(tenant)).Key;

        foreach (var host in new[] { "web-2", "web-3" })
            await fleet.CopyAsync(tenant, application, host);
        foreach (var agent in agents[1..])
        {
            var copy = await agent.WaitForAsync(tenant.Id, client => client.Status == "split-brain", "is another's");
            Assert.Equal("foreign-transaction", copy.Reason);
            Assert.Contains($"{tenant.Id} belongs to host web-1 with epoch 1", copy.Detail, StringComparison.Ordinal);
            await application.InsertAsync(10);
            await agents[0].SyncAsync(tenant.Id);
        }

        foreach (var host in new[] { "web-2", "web-3" })
        {
            await Eventually.PassesAsync(async () => Assert.True(await fleet.DigestAsync(host) is { SplitBrain: 1, Unhealthy: 1, Tenants: 1 } digest, $"{await fleet.DigestAsync(host)}"));
            var status = await PublishedProgram.RunAsync(fleet.Sandbox, "status", "-state-dir", fleet.StateOf(host));
            Assert.Contains("belongs to host web-1 with epoch 1", status.Output, StringComparison.Ordinal);
            Assert.Contains("1 tenants belong to other hosts", status.Output, StringComparison.Ordinal);
        }
        Assert.Equal([instance], FleetHosts.FilesByWriter(tenant).Keys);
        await fleet.OwnerIsAsync(tenant, "web-1", 1, StatusWords.Active);
        Assert.True(await fleet.DigestAsync("web-1") is { Active: 1, Unhealthy: 0 });
        await tenant.ReplicaBecomesEqualAsync(agents[0]);

        // It restarts under the same name with nothing in its state folder: what is its own it goes on with.
        await agents[0].StopInOrderAsync();
        Directory.Delete(fleet.StateOf("web-1"), recursive: true);
        var again = await fleet.StartAsync("web-1");
        await again.WaitForAsync(tenant.Id, client => client.Status == "active", "goes on behind the minute", TimeSpan.FromMinutes(2));
        await application.InsertAsync(10);
        await again.SyncAsync(tenant.Id);
        await tenant.ReplicaBecomesEqualAsync(again);
        await fleet.OwnerIsAsync(tenant, "web-1", 2, StatusWords.Active);
    }

    [NeedsNode]
    public Task A_host_that_sleeps_while_an_idle_tenant_is_taken_over_finds_it_lost_and_publishes_nothing() => SleepAsync(isBusy: false);

    [NeedsNode]
    public Task A_host_that_sleeps_while_a_busy_tenant_is_taken_over_finds_it_lost_and_publishes_nothing() => SleepAsync(isBusy: true);

    [NeedsCeph]
    public Task On_a_real_object_store_a_host_that_sleeps_while_an_idle_tenant_is_taken_over_publishes_nothing() => SleepAsync(isBusy: false, inBucket: true);

    [NeedsCeph]
    public Task On_a_real_object_store_a_host_that_sleeps_while_a_busy_tenant_is_taken_over_publishes_nothing() => SleepAsync(isBusy: true, inBucket: true);

    private static async Task SleepAsync(bool isBusy, bool inBucket = false)
    {
        Assert.True(Need.OnPath("node"), "needs node: the table");
        using var fleet = await FleetHosts.BeginAsync(inBucket);
        var tenant = await fleet.CreateTenantAsync("web-1");
        var (first, second, third) = (await fleet.StartAsync("web-1"), await fleet.StartAsync("web-2"), await fleet.StartAsync("web-3"));
        await first.WaitForActiveAsync(tenant.Id);
        await fleet.OwnerIsAsync(tenant, "web-1", 1, StatusWords.Active);
        using var old = await tenant.OpenAsync();
        await old.InsertAsync(20);
        var taken = await fleet.CopyAsync(tenant, old, "web-2");
        await fleet.CopyAsync(tenant, old, "web-3");
        await second.WaitForAsync(tenant.Id, client => client.Status == "split-brain", "is another's");
        await third.WaitForAsync(tenant.Id, client => client.Status == "split-brain", "is another's");
        await first.SyncAsync(tenant.Id);
        var instance = Assert.Single(await fleet.WritersAsync(tenant)).Key;
        var asleep = (await first.ClientAsync(tenant.Id))!;

        first.Send(Signal.Stop);
        var slept = Stopwatch.StartNew();
        using var ended = new CancellationTokenSource();
        var writing = isBusy ? WriteAsync(old, ended.Token) : Task.CompletedTask;
        if (isBusy)
        {
            var stale = await fleet.RunAsync("web-2", second, taken, CommandKinds.TakeOver, new() { Epoch = 7, IfAlive = IfAliveWords.Take });
            Assert.Equal((CommandStates.Failed, CommandErrors.StaleEpoch), (stale.State, stale.ErrorCode));
            var early = await fleet.RunAsync("web-2", second, taken, CommandKinds.TakeOver, new() { Epoch = 1 });
            Assert.Equal((CommandStates.Failed, CommandErrors.OwnedElsewhere), (early.State, early.ErrorCode));
            Assert.Contains("belongs to host web-1", early.Error, StringComparison.Ordinal);
        }
        else
        {
            await Eventually.TrueAsync(() => slept.Elapsed > Lease + FleetHosts.Interval, () => "the owner is lost");
        }
        var take = await fleet.RunAsync("web-2", second, taken, CommandKinds.TakeOver, new() { Epoch = 1, IfAlive = isBusy ? IfAliveWords.Take : null });
        Assert.True(take.State == CommandStates.Done, $"{take}\n{second.Said}");
        Assert.Contains("with epoch 2", take.Result, StringComparison.Ordinal);
        // The same once more is nothing to do; the third one is too late.
        Assert.Equal(CommandStates.Done, (await fleet.RunAsync("web-2", second, taken, CommandKinds.TakeOver)).State);
        var late = await fleet.RunAsync("web-3", third, taken, CommandKinds.TakeOver, new() { Epoch = 1, IfAlive = IfAliveWords.Take });
        Assert.Equal((CommandStates.Failed, CommandErrors.StaleEpoch), (late.State, late.ErrorCode));

        using var application = await taken.OpenAsync();
        var next = long.Parse(asleep.ReplicatedTxid!, System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture) + 1;
        await Eventually.TrueAsync(
            async () =>
            {
                await application.InsertAsync(1);
                await second.SyncAsync(tenant.Id);
                return slept.Elapsed > Lease + FleetHosts.Interval && !(await tenant.ListAsync()).Contains((0, next, next));
            },
            () => $"the lease is past and the name after the last of the first is free: {tenant.Listing()}\n{second.Said}");
        var before = (await fleet.WritersAsync(tenant)).GetValueOrDefault(instance) ?? new HashSet<string>();

        first.Send(Signal.Continue);
        var lost = await first.WaitForAsync(tenant.Id, client => client.Status == "lost", "is lost");
        Assert.Equal("newer-epoch", lost.Reason);
        Assert.Contains($"{tenant.Id} belongs to host web-2 with epoch 2; this one had epoch 1", lost.Detail, StringComparison.Ordinal);
        await Eventually.PassesAsync(async () => Assert.True(await fleet.DigestAsync("web-1") is { Lost: 1, Unhealthy: 1, State: HostStates.Running }, $"{await fleet.DigestAsync("web-1")}"));
        for (var i = 0; i < 10; i++)
        {
            await application.InsertAsync(1);
            await second.SyncAsync(tenant.Id);
        }
        await ended.CancelAsync();
        await writing;
        lost = (await first.ClientAsync(tenant.Id))!;
        Assert.Equal(("lost", asleep.Requests!["PUT"], asleep.ReplicatedTxid), (lost.Status, lost.Requests!["PUT"], lost.ReplicatedTxid));
        Assert.Subset(before.ToHashSet(), ((await fleet.WritersAsync(tenant)).GetValueOrDefault(instance) ?? new HashSet<string>()).ToHashSet());
        await fleet.OwnerIsAsync(tenant, "web-2", 2, StatusWords.Active);
        Assert.Equal("active", (await second.ClientAsync(tenant.Id))!.Status);
        await taken.ReplicaBecomesEqualAsync(second);

        // Neither does its next start.
        await first.StopInOrderAsync();
        first = await fleet.StartAsync("web-1");
        await first.WaitForAsync(tenant.Id, client => client.Status == "lost", "is still lost");
        await taken.ReplicaBecomesEqualAsync(second);
        await fleet.OwnerIsAsync(tenant, "web-2", 2, StatusWords.Active);
    }

    private static async Task WriteAsync(Application application, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
            await application.InsertAsync(1);
    }
}
