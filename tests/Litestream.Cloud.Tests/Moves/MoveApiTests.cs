using System.Net;
using Litestream.Fleet.Items;
using Litestream.Tests.Servers;

namespace Litestream.Cloud.Tests.Moves;

/// <summary>What a request for a move becomes in the table, and what it does not.</summary>
public sealed class MoveApiTests
{
    private const string Address = "/api/moves";

    [Fact]
    public async Task A_move_becomes_a_job_and_an_adopt_of_the_other_host_that_names_the_one_which_has_it()
    {
        await using var fleet = await StartAsync();
        var tenant = fleet.Tenant("web-1", t => t with { SizeBytes = 1000 });
        var plan = await RunningCloud.JsonAsync(await fleet.PostAsync(Address, new { tenantId = tenant.Tenant, to = "web-2", dryRun = true }));
        Assert.Equal(("web-1", "web-2", tenant.Path, 1000L), (plan.GetProperty("from").GetString(), plan.GetProperty("to").GetString(), plan.GetProperty("fromPath").GetString(), plan.GetProperty("sizeBytes").GetInt64()));
        Assert.Empty(fleet.Commands("web-2"));
        Assert.Empty(fleet.Audit());

        var job = await fleet.AcceptedAsync(Address, new { tenantId = tenant.Tenant, to = "web-2", path = "/srv/clients" });

        var command = Assert.Single(fleet.Commands("web-2"));
        Assert.Equal((CommandKinds.Adopt, tenant.Tenant, "web-1", (long?)tenant.Epoch, "/srv/clients", (string?)null),
            (command.Kind, command.Tenant, command.Arguments.From, command.Arguments.Epoch, command.Arguments.TargetPath, command.Arguments.IfAlive));
        Assert.Equal((JobKinds.Move, "web-1", 1), (job.GetProperty("kind").GetString(), job.GetProperty("fromHost").GetString(), job.GetProperty("total").GetInt32()));
        var id = job.GetProperty("id").GetString();
        fleet.Put(CommandItem.Write(command with { State = CommandStates.Done, FinishedAt = SeededFleet.Now, PausedAt = SeededFleet.Now.AddSeconds(-2), PausedMs = 812 }));
        job = await fleet.GetAsync($"{Address}/{id}");
        Assert.Equal((JobStates.Done, 812), (job.GetProperty("state").GetString(), job.GetProperty("commands")[0].GetProperty("pausedMs").GetInt64()));
        Assert.Equal(id, Assert.Single((await fleet.GetAsync(Address)).GetProperty("items").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal("move", Assert.Single(fleet.Audit()).Action);
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_with_its_code_and_nothing_is_written()
    {
        await using var fleet = await StartAsync();
        var tenant = fleet.Tenant("web-1", t => t with { SizeBytes = 1000 }).Tenant;
        var lost = fleet.Tenant("web-3").Tenant;
        async Task RefusedAsync(int status, string code, object body)
        {
            var answer = await fleet.PostAsync(Address, body);
            Assert.Equal((status, code), ((int)answer.StatusCode, await RunningCloud.CodeAsync(answer)));
        }
        await RefusedAsync(400, "bad-argument", new { tenantId = tenant });
        await RefusedAsync(400, "bad-guid", new { tenantId = "x", to = "web-2" });
        await RefusedAsync(400, "bad-argument", new { tenantId = tenant, to = "web-1" });
        await RefusedAsync(404, "unknown-tenant", new { tenantId = Guid.NewGuid(), to = "web-2" });
        await RefusedAsync(404, "unknown-host", new { tenantId = tenant, to = "web-77" });
        await RefusedAsync(409, "host-away", new { tenantId = tenant, to = "web-3" });
        await RefusedAsync(409, "host-away", new { tenantId = lost, to = "web-2" });
        var large = fleet.Tenant("web-1", t => t with { SizeBytes = 1L << 50 }).Tenant;
        await RefusedAsync(409, "no-room", new { tenantId = large, to = "web-2" });
        Assert.Empty(fleet.Commands("web-2"));
    }

    [Fact]
    public async Task Called_back_before_its_target_begins_it_is_over()
    {
        await using var fleet = await StartAsync();
        var tenant = fleet.Tenant("web-1", t => t with { SizeBytes = 1000 }).Tenant;
        var id = (await fleet.AcceptedAsync(Address, new { tenantId = tenant, to = "web-2" })).GetProperty("id").GetString();
        var answer = await fleet.PostAsync($"{Address}/{id}/cancel", null);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal([CommandStates.Cancelled], fleet.Commands("web-2").Select(c => c.State));
    }

    /// <summary>web-1 and web-2 are heard of, web-3 is lost.</summary>
    private static async Task<SeededFleet> StartAsync()
    {
        var fleet = await SeededFleet.StartAsync();
        foreach (var host in new[] { "web-1", "web-2" })
            fleet.Put(HostDigestItem.Write(fleet.Host(host) with { DiskFreeBytes = 1L << 40, DiskBytes = 1L << 41 }));
        fleet.Host("web-3", age: TimeSpan.FromHours(1));
        return fleet;
    }
}
