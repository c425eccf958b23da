using System.Diagnostics;
using Litestream.Agent.Configuration;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Tests.Servers;
using Microsoft.Extensions.Logging;

namespace Litestream.Agent.Tests.Reporting;

/// <summary>A table that misbehaves: the newest state supersedes what it missed, and it is not asked over and over.</summary>
public sealed class ReportingFaultTests
{
    private static readonly FleetOptions Quick = new() { Table = FleetTables.Name, Interval = TimeSpan.FromMilliseconds(500) };

    public static TheoryData<string> Faults => [.. Enum.GetNames<TableServerFault>().Where(name => name != nameof(TableServerFault.None))];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task After_a_fault_the_digest_and_the_tenants_are_right_again_within_two_intervals(string name)
    {
        var fault = Enum.Parse<TableServerFault>(name);
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server, options: Quick, limit: TimeSpan.FromMilliseconds(250));
        var tenant = host.Add();
        host.Reporter.Start();
        await Eventually.Becomes(() => host.Tenant(tenant) is not null, "the first digest and tenant are there");

        server.Fault = _ => fault;
        var failures = server.Requests.Count + 4;
        host.Change(tenant, d => d with { Status = DatabaseStatus.Error, Reason = DatabaseReason.Corrupt });
        await Eventually.Becomes(() => server.Requests.Count >= failures, "some requests failed");
        if (fault != TableServerFault.LoseReply)
            Assert.Equal((StatusWords.Active, 1), (host.Tenant(tenant)!.Status, host.Digest!.Active));
        Assert.Equal(FleetConnectionWords.Away, host.Reporter.Connection.State);
        Assert.True(host.Reporter.Connection.Errors >= 2);
        Assert.NotNull(host.Reporter.Connection.LastError);

        host.Change(tenant, d => d with { Status = DatabaseStatus.Paused, Reason = DatabaseReason.PausedByUser });
        server.Fault = _ => TableServerFault.None;
        server.Release();
        var passed = Stopwatch.StartNew();
        await Eventually.Becomes(() => host.Digest!.Paused == 1, "the digest is right");
        // Two intervals, and what a busy machine adds.
        Assert.InRange(passed.Elapsed.TotalSeconds, 0, (2 * Quick.Interval.TotalSeconds) + 1);
        await Eventually.Becomes(() => host.Tenant(tenant)!.Status == StatusWords.Paused, "the tenant is right");
        Assert.Equal(FleetConnectionWords.Connected, host.Reporter.Connection.State);
    }

    [Fact]
    public async Task A_table_that_fails_is_asked_less_and_less_and_says_so_once()
    {
        await using var server = await FleetTables.StartAsync();
        server.Fault = _ => TableServerFault.Throttle;
        using var lines = new LineCollector();
        using var logging = Litestream.Agent.Logging.AgentLogging.Create(new LogOptions(), lines, TimeProvider.System);
        await using var host = new MadeUpHost(server, logger: logging.CreateLogger("Litestream.Fleet"));
        var pauses = new List<double>();
        for (var beat = 0; beat < 12; beat++)
            pauses.Add((await host.BeatAsync()).TotalSeconds);
        Assert.InRange(pauses[0], 0.75, 1.25);
        Assert.InRange(pauses[3], 6, 10);
        Assert.Equal(30, pauses[11]);
        server.Fault = _ => TableServerFault.None;
        await host.BeatAsync();
        logging.Dispose();
        Assert.Single(lines.Lines, line => line.Contains("asks for less", StringComparison.Ordinal));
        Assert.Single(lines.Lines, line => line.Contains("Fleet: reports to table fleet as host web-1, every 30 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_tenants_are_throttled_heartbeats_go_on_and_a_batch_ends_with_its_first_failures()
    {
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server);
        for (var i = 0; i < 500; i++)
            host.Add();
        server.Fault = r => r.Item.Partition.StartsWith("TENANT#", StringComparison.Ordinal) ? TableServerFault.Throttle : TableServerFault.None;
        await host.BeatAsync();
        var heartbeats = Heartbeats();
        await host.BeatAsync();
        await host.BeatAsync();
        Assert.Equal(heartbeats + 2, Heartbeats());
        // Three batches at most, each with what was in flight when the first was refused and what took its place; of 500 each.
        Assert.InRange(server.Requests.Count - Heartbeats(), 1, 3 * 8);
        Assert.Equal((500, FleetConnectionWords.Connected), (host.Digest!.Tenants, host.Reporter.Connection.State));
        server.Fault = _ => TableServerFault.None;
        host.Time.Skip(TimeSpan.FromSeconds(30));
        await host.BeatAsync();
        Assert.Equal(500, server.All("TENANT#").Count);

        int Heartbeats() => server.Requests.Count(r => r.Item.Partition.StartsWith("FLEET#", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(nameof(TableServerFault.None), true)]
    [InlineData(nameof(TableServerFault.Hang), false)]
    public async Task The_last_digest_says_that_it_is_the_last_and_a_stop_waits_seconds_at_most(string name, bool isSaid)
    {
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server, options: Quick with { Interval = TimeSpan.FromSeconds(30) });
        host.Reporter.Start();
        await Eventually.Becomes(() => host.Reporter.Connection.State == FleetConnectionWords.Connected, "connected");
        server.Fault = _ => Enum.Parse<TableServerFault>(name);
        var passed = Stopwatch.StartNew();
        await host.Reporter.StopAsync(isComplete: true);
        Assert.InRange(passed.Elapsed.TotalSeconds, 0, 6);
        Assert.Equal(isSaid ? HostStates.Stopped : HostStates.Running, host.Digest!.State);
    }

    [Fact]
    public async Task An_agent_in_a_fleet_reports_and_shows_how_that_goes_and_its_end()
    {
        using var folder = new TestFolder();
        await using var server = await FleetTables.StartAsync();
        var tenant = Guid.NewGuid();
        folder.Folder("clients");
        using (var application = new Core.Tests.Replication.Application(folder[$"clients/{tenant}.db"]))
        {
            application.Sql("PRAGMA journal_mode=WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)");
            await using var agent = await RunningAgent.StartAsync(
                folder, o => o with { Fleet = Quick }, environment: FleetTables.Environment(server, folder.Path));
            await agent.SyncedAsync($"{tenant}");
            HostDigest? Digest() => server.All("FLEET#").Select(item => HostDigestItem.Read(FleetTables.Read(item))).SingleOrDefault();
            await Eventually.Becomes(() => Digest() is { Active: 1, Tenants: 1, DirtyBytes: 0 }, $"the digest has the tenant; it is {Digest()}");
            // Its first item may have been written before its first copy had arrived: the next look tells of that.
            TenantRecord? Tenant() => server.All("TENANT#").Select(item => TenantItem.Read(FleetTables.Read(item))).SingleOrDefault();
            await Eventually.Becomes(() => Tenant() is { Epoch: > 0 }, $"the tenant has an item; it is {Tenant()}");
            var record = Tenant()!;
            Assert.Equal((tenant, StatusWords.Active, 1L, folder[$"clients/{tenant}.db"]), (record.Tenant, record.Status, record.Epoch, record.Path));
            Assert.StartsWith("file://", record.Replica, StringComparison.Ordinal);

            var connection = (await agent.StatusAsync()).Fleet!;
            Assert.Equal((FleetTables.Name, Digest()!.HostId, FleetConnectionWords.Connected), (connection.Table, connection.HostId, connection.State));
            Assert.Equal(File.ReadLines(Path.Combine(agent.Host.StateFolder, "host-id")).First(), connection.HostId);
            Assert.Contains("litestream_fleet_connected 1", await agent.Http.GetStringAsync("metrics"), StringComparison.Ordinal);
            await agent.StopAsync();
            Assert.Equal(HostStates.Stopped, Digest()!.State);
        }
    }

    [Fact]
    public async Task An_agent_in_no_fleet_asks_nobody_and_says_nothing_of_one()
    {
        using var folder = new TestFolder();
        await using var server = await FleetTables.StartAsync();
        await using var agent = await RunningAgent.StartAsync(folder, environment: FleetTables.Environment(server, folder.Path));
        Assert.Null((await agent.StatusAsync()).Fleet);
        Assert.DoesNotContain("litestream_fleet", await agent.Http.GetStringAsync("metrics"), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(agent.Host.StateFolder, "host-id")));
        Assert.Empty(server.Requests);
    }
}
