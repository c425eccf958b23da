using Litestream.Agent.Reporting;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Agent.Tests.Reporting;

/// <summary>A state folder on another machine, moved there or copied; and two hosts that say the same of a tenant.</summary>
public sealed class ReportingOtherMachineTests
{
    [Fact]
    public void On_another_machine_it_gives_itself_another_name_and_knows_the_former_ones_until_such_a_host_is_known_to_live()
    {
        using var folder = new TestFolder();
        HostName Of(string? given = null, long? machineId = null)
        {
            var name = HostIdentity.Of(given, folder.Path, "web", machineId);
            var again = HostIdentity.Of(given, folder.Path, "web", machineId);
            Assert.Equal((name.Id, string.Join(' ', name.Formers)), (again.Id, string.Join(' ', again.Formers)));
            return name;
        }

        var first = Of();
        Assert.Empty(first.Formers);
        Assert.Equal(first.Id, Of(machineId: 7).Id);
        Assert.Equal(first.Id, Of().Id);
        var moved = Of(machineId: -8);
        Assert.NotEqual(first.Id, moved.Id);
        Assert.Equal([first.Id], moved.Formers);
        // Tenants that nobody wrote between the two moves are the first one's still.
        var third = Of(machineId: 9);
        Assert.Equal([moved.Id, first.Id], third.Formers);
        Assert.Equal(third.Formers, Of().Formers);
        HostIdentity.ForgetFormer(folder.Path, moved.Id);
        Assert.Equal([first.Id], Of(machineId: 9).Formers);

        // A name that it is given is one more, and stays.
        var given = Of("given", machineId: 9);
        Assert.Equal(("given", $"{third.Id} {first.Id}"), (given.Id, string.Join(' ', given.Formers)));
        Assert.Equal("given", Of("given", machineId: 10).Id);
        Assert.Equal("given", Of(machineId: 10).Id);
        Assert.Equal(["given", third.Id], Of(first.Id).Formers);
    }

    /// <summary>
    /// The machine is gone, its disk is here: nobody has to say so. One that stopped in order may start again, and its clone have started first: it is waited for, too.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_the_former_hosts_is_this_ones_when_that_is_not_heard_of_for_its_lease_however_it_ended(bool isInOrder)
    {
        await using var server = await FleetTables.StartAsync();
        var (tenant, _) = await BeginAsync(server, isInOrder);
        await using var moved = new MadeUpHost(server, "web-1b", former: "web-1");
        moved.Databases[tenant] = MadeUpHost.Snapshot($"{tenant}");
        using var table = FleetTables.Client(server);
        var ownership = new TenantOwnership("web-1b", table, moved.Time, new(["web-0", "web-1"], new(table, moved.Time), _ => { }));
        Assert.Equal((false, false, TimeSpan.FromSeconds(30)), await AnswerAsync(ownership, tenant));
        await moved.BeatAsync();
        await moved.BeatAsync();
        Assert.Equal("web-1", moved.Tenant(tenant)!.HostId);
        moved.Time.Skip(TimeSpan.FromSeconds(301));
        for (var beat = 0; beat < 3; beat++)
            await moved.BeatAsync();
        // Whether or not anybody writes it: the engine looks, and asks. What the chain has behind this disk nobody gets by moving it.
        Assert.Contains(tenant, moved.Free);
        Assert.Equal((false, true, null), await AnswerAsync(ownership, tenant, wasHere: true));
        Assert.Equal(("web-1", 1L), (moved.Tenant(tenant)!.HostId, moved.Tenant(tenant)!.Epoch));
        Assert.Equal((true, true, null), await AnswerAsync(ownership, tenant));
        moved.Change(tenant, d => d with { Epoch = 2 });
        await moved.BeatAsync();
        Assert.Equal(("web-1b", 2L, "active"), (moved.Tenant(tenant)!.HostId, moved.Tenant(tenant)!.Epoch, moved.Tenant(tenant)!.Status));
        Assert.Equal(0, moved.Reporter.Connection.TenantsElsewhere);
        Assert.Empty(moved.Lost);
        Assert.False(moved.HasForgotten);
        Assert.True((await ownership.AnswerAsync(new($"{tenant}", IsSigned: true, WasHere: false), "/srv/t.db", default)) is { IsGranted: true, Epoch: 2 });
    }

    [Fact]
    public async Task While_the_former_host_lives_the_folder_is_a_copy_and_stays_one()
    {
        await using var server = await FleetTables.StartAsync();
        var (tenant, original) = await BeginAsync(server, isStopped: null);
        await using var copy = new MadeUpHost(server, "web-1b", former: "web-1");
        copy.Databases[tenant] = MadeUpHost.Snapshot($"{tenant}");
        using var table = FleetTables.Client(server);
        var forgotten = 0;
        var ownership = new TenantOwnership("web-1b", table, copy.Time, new(["web-1", "web-0"], new(table, copy.Time), host => forgotten += host == "web-1" ? 1 : 100));
        Assert.False((await ownership.AnswerAsync(new($"{tenant}", IsSigned: true, WasHere: false), "/srv/t.db", default)).IsKnown);
        await copy.BeatAsync();
        await copy.BeatAsync();
        Assert.Empty(copy.Lost);
        original.Time.Skip(TimeSpan.FromSeconds(30));
        await original.BeatAsync();
        Assert.Equal((false, true, null), await AnswerAsync(ownership, tenant));
        await copy.BeatAsync();
        var (lost, why) = Assert.Single(copy.Lost);
        Assert.Equal((tenant, $"{tenant} belongs to host web-1 with epoch 1; this one had the same, as a copy of its state has"), (lost, why));

        // Also when that one is gone one day.
        await original.DisposeAsync();
        copy.Time.Skip(TimeSpan.FromDays(1));
        Assert.Equal((false, true, null), await AnswerAsync(ownership, tenant));
        Assert.Equal((1, true, "web-1"), (forgotten, copy.HasForgotten, copy.Tenant(tenant)!.HostId));
    }

    /// <summary>Its own name of before, by which nobody reports any more, is no other owner; a name that somebody reports by is.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_tenant_that_another_owns_under_the_same_epoch_ends_here_if_that_one_lives(bool lives)
    {
        await using var server = await FleetTables.StartAsync();
        var (tenant, owner) = await BeginAsync(server, isStopped: null);
        await using var host = new MadeUpHost(server, "web-2");
        host.Databases[tenant] = MadeUpHost.Snapshot($"{tenant}");
        for (var beat = 0; beat < 3; beat++)
            await host.BeatAsync();
        Assert.Empty(host.Lost);
        if (lives)
        {
            owner.Time.Skip(TimeSpan.FromSeconds(30));
            await owner.BeatAsync();
        }
        else
        {
            host.Time.Skip(TimeSpan.FromSeconds(301));
        }
        for (var beat = 0; beat < 3; beat++)
            await host.BeatAsync();
        Assert.Equal(lives ? 1 : 0, host.Lost.Count);
        Assert.Equal(("web-1", 1), (host.Tenant(tenant)!.HostId, host.Reporter.Connection.TenantsElsewhere));
        var requests = server.Requests.Count;
        await host.BeatAsync();
        Assert.Equal(requests + (lives ? 1 : 2), server.Requests.Count);

        // It was away, and is right again.
        owner.Time.Skip(TimeSpan.FromHours(1));
        await owner.BeatAsync();
        await host.BeatAsync();
        Assert.Equal(tenant, Assert.Single(host.Lost).Tenant);
        await owner.DisposeAsync();
    }

    /// <summary>Somebody wrote into the table what does not belong there, and the table is slow.</summary>
    [Fact]
    public async Task An_owner_that_cannot_be_read_keeps_no_other_from_being_asked_for_and_no_heartbeat_waits_for_the_answers()
    {
        await using var server = await FleetTables.StartAsync();
        await using var unreadable = new MadeUpHost(server, "web-0");
        var other = unreadable.Add();
        await unreadable.BeatAsync();
        var (tenant, owner) = await BeginAsync(server, isStopped: null);
        await using var host = new MadeUpHost(server, "web-2");
        host.Databases[other] = MadeUpHost.Snapshot($"{other}");
        await host.BeatAsync();
        host.Databases[tenant] = MadeUpHost.Snapshot($"{tenant}");
        await host.BeatAsync();
        var broken = FleetKeys.Host("web-0");
        server.Set(broken.Partition, broken.Sort, HostDigestItem.At, new(false, "never"));
        await host.BeatAsync();
        owner.Time.Skip(TimeSpan.FromSeconds(30));
        await owner.BeatAsync();
        server.Fault = request => request.Operation == "GetItem" ? TableServerFault.Hang : TableServerFault.None;
        // Two, though the first one's answers are still to come.
        await host.Reporter.BeatAsync(CancellationToken.None);
        var at = host.Digest!.At;
        host.Time.Skip(TimeSpan.FromSeconds(1));
        await host.Reporter.BeatAsync(CancellationToken.None);
        Assert.True(host.Digest!.At > at);
        server.Fault = _ => TableServerFault.None;
        server.Release();
        for (var beat = 0; beat < 2; beat++)
            await host.BeatAsync();
        Assert.Equal(tenant, Assert.Single(host.Lost).Tenant);
        await owner.DisposeAsync();
    }

    /// <summary>A host web-1 that reported a tenant.</summary>
    /// <param name="isStopped">Its agent ended, in order or not; null: it is there still.</param>
    private static async Task<(Guid Tenant, MadeUpHost Host)> BeginAsync(TableServer server, bool? isStopped)
    {
        var host = new MadeUpHost(server, "web-1");
        var tenant = host.Add();
        await host.BeatAsync();
        Assert.Equal(("web-1", HostStates.Running), (host.Tenant(tenant)!.HostId, host.Digest!.State));
        if (isStopped == true)
            await host.Reporter.StopAsync(isComplete: true);
        if (isStopped is not null)
            await host.DisposeAsync();
        return (tenant, host);
    }

    private static async Task<(bool, bool, TimeSpan?)> AnswerAsync(TenantOwnership ownership, Guid tenant, bool wasHere = false)
    {
        var answer = await ownership.AnswerAsync(new($"{tenant}", IsSigned: true, wasHere), "/srv/t.db", default);
        return (answer.IsGranted, answer.IsKnown, answer.AskAgain);
    }
}
