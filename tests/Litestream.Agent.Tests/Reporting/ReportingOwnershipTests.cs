using Litestream.Agent.Reporting;
using Litestream.Agent.Tests.Fleet;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Agent.Tests.Reporting;

/// <summary>Whose a tenant is: what a host writes, what it leaves to others, and what it finds out.</summary>
public sealed class ReportingOwnershipTests
{
    [Fact]
    public async Task A_tenant_that_another_host_took_over_is_lost_here_with_the_next_word_of_it()
    {
        await using var server = await FleetTables.StartAsync();
        await using var first = new MadeUpHost(server, "web-1");
        var tenant = first.Add();
        await first.BeatAsync();
        await TakeAsync(server, first.Tenant(tenant)!, "web-2");
        first.Change(tenant, d => d with { Status = DatabaseStatus.SplitBrain, Reason = DatabaseReason.ForeignTransaction });
        await first.BeatAsync();
        var (lost, why) = Assert.Single(first.Lost);
        Assert.Equal((tenant, $"{tenant} belongs to host web-2 with epoch 2; this one had epoch 1"), (lost, why));
        Assert.Equal(("web-2", 1), (first.Tenant(tenant)!.HostId, first.Reporter.Connection.TenantsElsewhere));
        first.Change(tenant, d => d with { Status = DatabaseStatus.Lost, Reason = DatabaseReason.NewerEpoch });
        await first.BeatAsync();
        Assert.Equal((1, 0, 1, 1), (first.Digest!.Lost, first.Digest.SplitBrain, first.Digest.Unhealthy, first.Digest.Tenants));
    }

    [Fact]
    public async Task After_a_silence_longer_than_the_lease_one_query_finds_what_was_taken_though_nobody_writes_it()
    {
        await using var server = await FleetTables.StartAsync();
        await using var first = new MadeUpHost(server, "web-1");
        var (taken, kept) = (first.Add(), first.Add());
        await first.BeatAsync();
        await TakeAsync(server, first.Tenant(taken)!, "web-2");
        first.Time.Skip(TimeSpan.FromSeconds(200));
        await first.BeatAsync();
        await first.BeatAsync();
        Assert.Empty(first.Lost);
        var before = first.Tenant(kept)!;

        first.Time.Skip(TimeSpan.FromSeconds(301));
        server.Fault = r => r.Operation == "Query" ? TableServerFault.Throttle : TableServerFault.None;
        await first.BeatAsync();
        server.Fault = _ => TableServerFault.None;
        await first.BeatAsync();
        await first.BeatAsync();
        Assert.Equal(taken, Assert.Single(first.Lost).Tenant);
        Assert.Equal(before, first.Tenant(kept));
        var requests = server.Requests.Count;
        await first.BeatAsync();
        Assert.Equal(requests + 1, server.Requests.Count);
    }

    [Fact]
    public async Task What_this_host_took_over_is_written_under_the_epoch_of_the_table_when_its_books_do_not_know_that_yet()
    {
        await using var server = await FleetTables.StartAsync();
        await using var first = new MadeUpHost(server, "web-1");
        var tenant = first.Add();
        var until = FleetSamples.Noon.AddDays(7);
        first.Change(tenant, d => d with { Kept = [new(new(5), "restored-in-place", FleetSamples.Noon, until, IsUndo: true)] });
        await first.BeatAsync();
        await TakeAsync(server, first.Tenant(tenant)!, "web-2");

        await using var second = new MadeUpHost(server, "web-2");
        second.Databases[tenant] = MadeUpHost.Snapshot($"{tenant}") with { Status = DatabaseStatus.Error, Reason = DatabaseReason.ReplicaUnavailable };
        await second.BeatAsync();
        await second.BeatAsync();
        var record = second.Tenant(tenant)!;
        Assert.Equal(("web-2", 2L, StatusWords.Error, "0000000000000005"), (record.HostId, record.Epoch, record.Status, record.UndoTxid));
        Assert.Equal((0, 0), (second.Reporter.Connection.TenantsElsewhere, second.Reporter.WaitingTenants));
        Assert.Empty(second.Lost);
    }

    [Fact]
    public async Task A_copy_of_what_another_host_replicates_is_counted_here_and_written_nowhere()
    {
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server, "web-2");
        var (copy, young) = (host.Add(), host.Add());
        host.Change(copy, d => d with { Epoch = 0, Status = DatabaseStatus.SplitBrain, Reason = DatabaseReason.ForeignTransaction });
        host.Change(young, d => d with { Epoch = 0, Status = DatabaseStatus.Waiting, Reason = DatabaseReason.RecentForeignWriter });
        await host.BeatAsync();
        await host.BeatAsync();
        Assert.Empty(server.All("TENANT#"));
        Assert.Equal((2, 1, 1, 0), (host.Reporter.Connection.TenantsElsewhere, host.Digest!.SplitBrain, host.Digest.Unhealthy, host.Reporter.WaitingTenants));
    }

    /// <summary>Both copies were begun with, and the other one's first file was there first: this one never got anything into the replica.</summary>
    [Fact]
    public async Task The_loser_of_two_copies_does_not_become_the_owner_of_what_is_nobodys()
    {
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server, "web-2");
        var (unknown, given) = (host.Add(), host.Add());
        await host.BeatAsync();
        await host.GiveUpAsync(given);
        server.Delete(FleetKeys.Tenant(unknown).Partition, FleetKeys.Tenant(unknown).Sort);
        foreach (var tenant in new[] { unknown, given })
            host.Databases[tenant] = MadeUpHost.Snapshot($"{tenant}", txid: 0) with { Epoch = 1, Status = DatabaseStatus.SplitBrain, Reason = DatabaseReason.ForeignTransaction };
        await host.BeatAsync();
        await host.BeatAsync();
        Assert.Null(host.Tenant(unknown));
        Assert.Null(host.Tenant(given)!.HostId);
        Assert.Equal((2, 0), (host.Reporter.Connection.TenantsElsewhere, host.Reporter.WaitingTenants));
        Assert.Empty(host.Lost);
    }

    /// <summary>The table had this host's next epoch, and the books did not know yet that it is given up no more.</summary>
    [Fact]
    public async Task A_take_back_that_was_killed_and_undone_by_this_hosts_own_report_is_gone_on_with()
    {
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server, "web-1");
        using var table = FleetTables.Client(server);
        var tenant = host.Add();
        await host.BeatAsync();
        await host.GiveUpAsync(tenant);
        var ownership = new TenantOwnership("web-1", table, TimeProvider.System);
        Assert.Equal(2, (await ownership.TakeAsync(tenant, "/srv/t.db", 1, isWanted: false, default)).Epoch);
        host.Change(tenant, d => d with { Path = "/srv/t.db" });
        await host.BeatAsync();
        Assert.Equal((null, 2L), (host.Tenant(tenant)!.HostId, host.Tenant(tenant)!.Epoch));

        // Whoever asks anew did not know that.
        Assert.Equal(CommandErrors.StaleEpoch, (await Assert.ThrowsAsync<OwnershipException>(() => ownership.TakeAsync(tenant, "/srv/t.db", 1, isWanted: true, default))).Code);
        Assert.Equal(3, (await ownership.TakeAsync(tenant, "/srv/t.db", 1, isWanted: false, default, isResumed: true)).Epoch);
        Assert.Equal(("web-1", 3L), (host.Tenant(tenant)!.HostId, host.Tenant(tenant)!.Epoch));
    }

    /// <summary>The report that it is given up comes between the table's word that it is this host's again and the books' own.</summary>
    [Fact]
    public async Task A_take_back_is_not_undone_by_a_report_of_what_was_before()
    {
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server, "web-1");
        var tenant = host.Add();
        await host.BeatAsync();
        await host.GiveUpAsync(tenant);
        Assert.Equal(2, (await host.Ownership.TakeAsync(tenant, "/srv/t.db", 1, isWanted: false, default)).Epoch);
        host.Change(tenant, d => d with { Path = "/srv/t.db" });
        await host.BeatAsync();
        Assert.Equal(("web-1", 2L), (host.Tenant(tenant)!.HostId, host.Tenant(tenant)!.Epoch));
        host.Change(tenant, d => d with { Epoch = 2, Status = DatabaseStatus.Active, Reason = DatabaseReason.Cold, IsPaused = false, IsReleased = false });
        await host.BeatAsync();
        Assert.Equal(("web-1", 2L, StatusWords.Active), (host.Tenant(tenant)!.HostId, host.Tenant(tenant)!.Epoch, host.Tenant(tenant)!.Status));
        // Given up later, it is.
        await host.GiveUpAsync(tenant);
        Assert.Equal((null, 2L), (host.Tenant(tenant)!.HostId, host.Tenant(tenant)!.Epoch));
    }

    [Fact]
    public async Task A_tenant_that_was_given_up_is_nobodys_and_stays_so_whatever_changes_here()
    {
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server, "web-1");
        var tenant = host.Add();
        await host.BeatAsync();
        await host.GiveUpAsync(tenant);
        var released = host.Tenant(tenant)!;
        Assert.Equal((null, 1L, StatusWords.Paused, ReasonWords.Released), (released.HostId, released.Epoch, released.Status, released.Reason));

        await TakeAsync(server, released, "web-2");
        host.Change(tenant, d => d with { Path = "/srv/clients/elsewhere.db" });
        await host.BeatAsync();
        Assert.Equal("web-2", host.Tenant(tenant)!.HostId);
        Assert.Empty(host.Lost);
    }

    [Fact]
    public async Task A_restart_does_not_make_a_state_younger_and_costs_one_write_a_tenant()
    {
        await using var server = await FleetTables.StartAsync();
        Guid well, broken, changed;
        TenantRecord wasWell, wasBroken;
        Dictionary<Guid, DatabaseSnapshot> databases;
        await using (var before = new MadeUpHost(server))
        {
            (well, broken, changed) = (before.Add(), before.Add(), before.Add());
            before.Change(broken, d => d with { Status = DatabaseStatus.Error, Reason = DatabaseReason.Corrupt, Detail = "malformed" });
            await before.BeatAsync();
            (wasWell, wasBroken) = (before.Tenant(well)!, before.Tenant(broken)!);
            databases = new(before.Databases);
        }
        await using var after = new MadeUpHost(server);
        after.Time.Skip(TimeSpan.FromHours(5));
        foreach (var (tenant, database) in databases)
            after.Databases[tenant] = database;
        after.Use(well, 9);
        after.Change(changed, d => d with { Status = DatabaseStatus.Paused, Reason = DatabaseReason.PausedByUser });
        var requests = server.Requests.Count;
        await after.BeatAsync();
        // The digest, one for each as it was, two for the one that is not.
        Assert.Equal(requests + 1 + 1 + 1 + 2, server.Requests.Count);
        Assert.Equal((wasWell.Since, wasBroken.Since), (after.Tenant(well)!.Since, after.Tenant(broken)!.Since));
        Assert.Equal("0000000000000009", after.Tenant(well)!.Txid);
        Assert.True(after.Tenant(well)!.UpdatedAt >= wasWell.UpdatedAt + TimeSpan.FromHours(4));
        Assert.True(after.Tenant(changed)!.Since >= wasWell.Since + TimeSpan.FromHours(4));
        Assert.Equal($"2#{ItemTime.Text(wasBroken.Since)}", FleetTables.Find(server, FleetKeys.Tenant(broken))!.Text(FleetTable.ProblemSort));

        // Nor does the refresh, an hour later.
        after.Use(well, 10);
        after.Time.Skip(TimeSpan.FromHours(2));
        await after.BeatAsync();
        Assert.Equal((wasWell.Since, "000000000000000a"), (after.Tenant(well)!.Since, after.Tenant(well)!.Txid));
    }

    private static async Task TakeAsync(TableServer server, TenantRecord tenant, string host)
    {
        using var table = FleetTables.Client(server);
        await table.WriteAsync(TenantItem.TakeOver(tenant, host, "/srv/taken.db", tenant.UpdatedAt), default);
    }
}
