using Litestream.Agent.Reporting;
using Litestream.Agent.Tests.Fleet;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Agent.Tests.Reporting;

/// <summary>What is written, when, and what is not.</summary>
public sealed class ReporterTests
{
    [Fact]
    public async Task The_first_beat_registers_the_host_and_puts_its_tenants_into_the_table()
    {
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server);
        var (well, late, broken) = (host.Add(), host.Add(), host.Add());
        host.Change(late, d => d with { LagSeconds = 301 });
        host.Change(broken, d => d with { Status = DatabaseStatus.Error, Reason = DatabaseReason.Corrupt, Detail = "malformed" });
        host.Databases[Guid.NewGuid()] = MadeUpHost.Snapshot("legacy");
        await host.BeatAsync();

        Assert.Equal(
            new HostDigest
            {
                HostId = "web-1",
                State = HostStates.Running,
                At = host.Digest!.At,
                StartedAt = host.Digest.StartedAt,
                IntervalSeconds = 30,
                Version = ProgramVersion.Text,
                LeaseEpoch = 1,
                Tenants = 3,
                Active = 2,
                Error = 1,
                Unhealthy = 2,
                Hot = 1,
                OtherDatabases = 1,
                WorstLagSeconds = 301,
                P99LagSeconds = 301,
                LagLimitSeconds = 300,
                DirtyBytes = 2,
                TenantBytes = 3 * 8192,
                DiskFreeBytes = 4,
                DiskBytes = 5,
                PutRequests = 3,
            },
            host.Digest);
        Assert.Equal(("active", null, null, 1L, "0000000000000007"), (host.Tenant(well)!.Status, host.Tenant(well)!.Reason, host.Tenant(well)!.Problem, host.Tenant(well)!.Epoch, host.Tenant(well)!.Txid));
        Assert.Equal((ProblemWords.Late, "active"), (host.Tenant(late)!.Problem, host.Tenant(late)!.Status));
        Assert.Equal((ProblemWords.Error, ReasonWords.Corrupt, "malformed"), (host.Tenant(broken)!.Problem, host.Tenant(broken)!.Reason, host.Tenant(broken)!.Detail));
        Assert.Equal(3, server.All("TENANT#").Count);
    }

    [Fact]
    public async Task A_tenant_is_written_when_its_state_changes_and_not_when_it_wakes_cools_or_is_used()
    {
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server);
        var tenant = host.Add();
        await host.BeatAsync();
        var first = host.Tenant(tenant)!;
        host.Change(tenant, d => d with { Reason = DatabaseReason.Hot, IsHot = true });
        host.Use(tenant, 8);
        await host.BeatAsync();
        Assert.Equal(first, host.Tenant(tenant));

        host.Time.Skip(TimeSpan.FromSeconds(30));
        host.Change(tenant, d => d with { Status = DatabaseStatus.Error, Reason = DatabaseReason.ReplicaUnavailable });
        await host.BeatAsync();
        var failing = host.Tenant(tenant)!;
        Assert.Equal((StatusWords.Error, "0000000000000008"), (failing.Status, failing.Txid));
        Assert.True(failing.Since >= first.Since + TimeSpan.FromSeconds(30));
        await host.BeatAsync();
        Assert.Equal(failing, host.Tenant(tenant));

        host.Change(tenant, d => d with { Status = DatabaseStatus.Active, Reason = DatabaseReason.Cold });
        await host.BeatAsync();
        Assert.Equal((StatusWords.Active, null), (host.Tenant(tenant)!.Status, host.Tenant(tenant)!.Problem));
        Assert.False(server.Find(FleetKeys.Tenant(tenant).Partition, $"{tenant}")!.ContainsKey("badPk"));
    }

    [Fact]
    public async Task What_a_restore_in_place_can_be_undone_to_stands_in_the_tenants_item_at_once()
    {
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server);
        var tenant = host.Add();
        await host.BeatAsync();
        Assert.Null(host.Tenant(tenant)!.UndoTxid);
        var until = FleetSamples.Noon.AddDays(7);
        host.Change(tenant, d => d with { Kept = [new(new(5), "restored-in-place", FleetSamples.Noon, until, IsUndo: true), new(new(6), "file-replaced", FleetSamples.Noon, until, IsUndo: false)] });
        await host.BeatAsync();
        Assert.Equal(("0000000000000005", until), (host.Tenant(tenant)!.UndoTxid, host.Tenant(tenant)!.UndoUntil));
        host.Change(tenant, d => d with { Kept = [] });
        await host.BeatAsync();
        Assert.Equal((null, null), (host.Tenant(tenant)!.UndoTxid, host.Tenant(tenant)!.UndoUntil));
    }

    [Fact]
    public async Task A_tenant_in_use_is_refreshed_within_the_hour_and_an_idle_one_never()
    {
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server);
        var (used, idle) = (host.Add(), host.Add());
        await host.BeatAsync();
        var (usedAt, idleAt) = (host.Tenant(used)!.UpdatedAt, host.Tenant(idle)!.UpdatedAt);
        for (ulong minute = 1; minute <= 53; minute++)
        {
            host.Time.Skip(TimeSpan.FromMinutes(1));
            host.Use(used, 7 + minute);
            await host.BeatAsync();
        }
        Assert.Equal(usedAt, host.Tenant(used)!.UpdatedAt);
        host.Time.Skip(TimeSpan.FromMinutes(14));
        await host.BeatAsync();
        Assert.Equal("000000000000003c", host.Tenant(used)!.Txid);
        Assert.True(host.Tenant(used)!.UpdatedAt > usedAt);
        host.Time.Skip(TimeSpan.FromDays(10));
        await host.BeatAsync();
        Assert.Equal(idleAt, host.Tenant(idle)!.UpdatedAt);
    }

    [Fact]
    public async Task A_tenant_whose_file_is_gone_says_so_once_and_keeps_what_is_known_of_it()
    {
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server);
        var tenant = host.Add();
        await host.BeatAsync();
        host.Databases.TryRemove(tenant, out _);
        await host.BeatAsync();
        var gone = host.Tenant(tenant)!;
        Assert.Equal((StatusWords.Waiting, ReasonWords.FileMissing, "0000000000000007", "web-1"), (gone.Status, gone.Reason, gone.Txid, gone.HostId));
        var requests = server.Requests.Count;
        await host.BeatAsync();
        Assert.Equal(requests + 1, server.Requests.Count);
        host.Databases[tenant] = MadeUpHost.Snapshot($"{tenant}");
        await host.BeatAsync();
        Assert.Equal(StatusWords.Active, host.Tenant(tenant)!.Status);
    }

    [Fact]
    public async Task A_tenant_that_another_host_owns_is_not_overwritten_until_its_epoch_is_higher()
    {
        await using var server = await FleetTables.StartAsync();
        await using var first = new MadeUpHost(server, "web-1");
        await using var second = new MadeUpHost(server, "web-2");
        var tenant = first.Add();
        await first.BeatAsync();
        second.Databases[tenant] = MadeUpHost.Snapshot($"{tenant}");
        await second.BeatAsync();
        Assert.Equal("web-1", first.Tenant(tenant)!.HostId);
        Assert.Equal((1, 0), (second.Reporter.Connection.TenantsElsewhere, first.Reporter.Connection.TenantsElsewhere));
        var requests = server.Requests.Count;
        await second.BeatAsync();
        // Its heartbeat, and a look whether that host lives.
        Assert.Equal(requests + 2, server.Requests.Count);

        second.Change(tenant, d => d with { Epoch = 2 });
        await second.BeatAsync();
        Assert.Equal(("web-2", 2L), (first.Tenant(tenant)!.HostId, first.Tenant(tenant)!.Epoch));
        Assert.Equal(0, second.Reporter.Connection.TenantsElsewhere);
        first.Change(tenant, d => d with { Status = DatabaseStatus.SplitBrain, Reason = DatabaseReason.NewerEpoch });
        first.Time.Skip(TimeSpan.FromSeconds(30));
        await first.BeatAsync();
        Assert.Equal("web-2", first.Tenant(tenant)!.HostId);
        // That it lives takes nothing from who owns it since.
        await second.BeatAsync();
        Assert.Empty(second.Lost);
    }

    [Fact]
    public async Task Ten_thousand_tenants_come_in_portions_and_cost_little_memory_in_between()
    {
        await using var server = await FleetTables.StartAsync();
        server.KeepsRequests = false;
        await using var host = new MadeUpHost(server);
        for (var i = 0; i < 10_000; i++)
            host.Add();
        await host.BeatAsync();
        Assert.Equal((600, 9_400 + 600), (server.All("TENANT#").Count, host.Reporter.WaitingTenants));
        for (var beat = 1; server.All("TENANT#").Count < 10_000; beat++)
        {
            Assert.InRange(beat, 1, 17);
            host.Time.Skip(TimeSpan.FromSeconds(30));
            await host.BeatAsync();
        }
        await host.BeatAsync();
        Assert.Equal(0, host.Reporter.WaitingTenants);
        // Other tests run beside it: what they allocate and free is not its, so the look in the middle counts.
        var bytes = Enumerable.Range(0, 7).Select(_ => BytesOfANote(host)).Order().ElementAt(3);
        Assert.True(bytes is >= 20 and <= 250, $"{bytes} bytes for each");
    }

    private static long BytesOfANote(MadeUpHost host)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var ledger = new TenantLedger(MadeUpHost.LagLimit, new Random(1));
        ledger.BeginLook();
        foreach (var (tenant, database) in host.Databases)
            ledger.See(tenant, database, DateTime.UtcNow);
        foreach (var due in ledger.EndLook(DateTime.UtcNow, int.MaxValue))
            ledger.Written(due, DateTime.UtcNow);
        ledger.BeginLook();
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / 10_000;
        Assert.Equal(10_000, ledger.Count);
        return bytes;
    }

    [Fact]
    public async Task A_tenant_that_the_table_did_not_take_is_written_at_a_later_look()
    {
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server);
        var tenant = host.Add();
        server.Fault = r => r.Item.Partition.StartsWith("TENANT#", StringComparison.Ordinal) ? TableServerFault.Denied : TableServerFault.None;
        await host.BeatAsync();
        Assert.Equal(1, host.Reporter.WaitingTenants);
        Assert.Null(host.Tenant(tenant));
        server.Fault = _ => TableServerFault.None;
        host.Time.Skip(TimeSpan.FromSeconds(30));
        await host.BeatAsync();
        Assert.NotNull(host.Tenant(tenant));
    }
}
