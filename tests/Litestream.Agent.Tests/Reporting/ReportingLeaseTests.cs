using Litestream.Agent.Reporting;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Agent.Tests.Reporting;

/// <summary>Who reports under an id, and what a host knows of how long it was not heard.</summary>
public sealed class ReportingLeaseTests
{
    [Fact]
    public async Task Of_two_agents_under_one_id_the_older_one_yields_for_as_long_as_the_newer_one_lives()
    {
        await using var server = await FleetTables.StartAsync();
        await using var older = new MadeUpHost(server, seed: 1);
        await using var newer = new MadeUpHost(server, seed: 2);
        older.Add();
        await older.BeatAsync();
        await newer.BeatAsync();
        Assert.Equal(2, older.Digest!.LeaseEpoch);
        await older.BeatAsync();
        Assert.Equal(FleetConnectionWords.Displaced, older.Reporter.Connection.State);
        Assert.Equal(0, older.Digest!.Tenants);
        for (var beat = 0; beat < 15; beat++)
        {
            older.Time.Skip(TimeSpan.FromSeconds(30));
            newer.Time.Skip(TimeSpan.FromSeconds(30));
            await newer.BeatAsync();
            await older.BeatAsync();
            Assert.Equal(FleetConnectionWords.Displaced, older.Reporter.Connection.State);
        }

        // The newer one is silent from here on.
        for (var beat = 0; beat < 13; beat++)
        {
            older.Time.Skip(TimeSpan.FromSeconds(30));
            await older.BeatAsync();
        }
        Assert.Equal((FleetConnectionWords.Connected, 3L, 1), (older.Reporter.Connection.State, older.Digest!.LeaseEpoch, older.Digest.Tenants));
    }

    [Fact]
    public async Task A_digest_that_somebody_deleted_is_there_again_with_the_next_beats()
    {
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server);
        await host.BeatAsync();
        server.Delete(FleetKeys.Host("web-1").Partition, FleetKeys.Host("web-1").Sort);
        await host.BeatAsync();
        await host.BeatAsync();
        Assert.Equal((1L, FleetConnectionWords.Connected), (host.Digest!.LeaseEpoch, host.Reporter.Connection.State));
    }

    [Fact]
    public async Task The_lease_counts_from_before_the_last_confirmed_heartbeat_was_sent()
    {
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server);
        var lease = host.Reporter.Lease;
        Assert.Equal((true, null, TimeSpan.FromSeconds(300)), (lease.IsPast, lease.Age, lease.Length));
        await host.BeatAsync();
        Assert.False(lease.IsPast);
        host.Time.Skip(TimeSpan.FromSeconds(301));
        Assert.True(lease.IsPast);
        server.Fault = _ => TableServerFault.InternalError;
        await host.BeatAsync();
        Assert.True(lease.IsPast && host.Reporter.Connection.LeasePast);
        server.Fault = _ => TableServerFault.None;
        // The answer comes late: what it confirms is the moment of the question.
        server.Fault = request =>
        {
            if (request.Operation == "UpdateItem")
                host.Time.Skip(TimeSpan.FromSeconds(100));
            return TableServerFault.None;
        };
        await host.BeatAsync();
        Assert.InRange(lease.Age!.Value.TotalSeconds, 100, 200);
    }

    [Fact]
    public void The_clock_of_the_lease_goes_on_while_the_machine_sleeps()
    {
        var (boot, uptime) = (BootClock.Now(), TimeSpan.FromSeconds(double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.InRange((boot - uptime).TotalSeconds, -1, 1);
        Assert.True(BootClock.Now() >= boot);
    }

    [Fact]
    public async Task Attributes_of_others_in_the_digest_survive_heartbeats_and_nonsense_in_them_stops_nobody()
    {
        await using var server = await FleetTables.StartAsync();
        await using var host = new MadeUpHost(server);
        await host.BeatAsync();
        var key = FleetKeys.Host("web-1");
        server.Set(key.Partition, key.Sort, "commandsWaiting", new(true, "5"));
        await host.BeatAsync();
        Assert.Equal(5, host.Digest!.CommandsWaiting);
        server.Set(key.Partition, key.Sort, "commandsWaiting", new(false, "soon"));
        await host.BeatAsync();
        Assert.Equal(FleetConnectionWords.Connected, host.Reporter.Connection.State);
    }

    [Fact]
    public void An_agent_keeps_the_name_that_it_gave_itself()
    {
        using var folder = new TestFolder();
        var made = HostIdentity.Of(null, folder.Path, "wéb 1.example.org").Id;
        Assert.Matches("^w-b-1.example.org-[0-9a-f]{8}$", made);
        Assert.Equal(made, HostIdentity.Of(null, folder.Path, "renamed").Id);
        Assert.Equal("given", HostIdentity.Of("given", folder.Path, "renamed").Id);
        folder.File(HostIdentity.FileName, "no # id");
        var anew = HostIdentity.Of(null, folder.Path, new string('x', 200)).Id;
        Assert.True(FleetKeys.IsHostId(anew) && anew != made, anew);
    }
}
