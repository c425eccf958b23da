using System.Net;
using System.Text.Json;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Cloud.Tests.Evacuations;

/// <summary>What a request for an evacuation becomes in the table, and what it does not.</summary>
public sealed class EvacuationApiTests
{
    private const string Address = "/api/evacuations";

    [Fact]
    public async Task What_a_lost_host_had_becomes_a_job_and_an_adopt_of_one_of_the_others()
    {
        await using var fleet = await StartAsync();
        var tenants = Enumerable.Range(0, 6).Select(i => fleet.Tenant("web-1", t => t with { SizeBytes = 1000 })).ToList();
        fleet.Tenant("web-2");
        fleet.Tenant("web-1", t => t with { Reason = "file-missing" }); // deleted there: nobody wants it back
        var job = await fleet.AcceptedAsync(Address, new { from = "web-1", to = new[] { "web-2", "web-3" }, maxFailures = 2 });
        var commands = fleet.Commands("web-2").Concat(fleet.Commands("web-3")).ToList();
        Assert.Equal(tenants.Select(t => (t.Tenant, (long?)t.Epoch)).Order(), commands.Select(c => (c.Tenant, c.Arguments.Epoch)).Order());
        Assert.All(commands, c => Assert.Equal((CommandKinds.Adopt, CommandStates.Requested, job.GetProperty("id").GetString(), null, null), (c.Kind, c.State, c.Job.ToString(), c.Arguments.IfAlive, c.Arguments.TargetPath)));
        Assert.Equal([3, 3], new[] { "web-2", "web-3" }.Select(h => fleet.Commands(h).Count));
        Assert.Equal((JobKinds.Evacuation, "web-1", 6, 2), (job.GetProperty("kind").GetString(), job.GetProperty("fromHost").GetString(), job.GetProperty("total").GetInt32(), job.GetProperty("maxFailures").GetInt32()));
        var line = Assert.Single(fleet.Audit());
        Assert.Equal(("anonymous", "evacuation", "web-1", (string?)null), (line.Actor, line.Action, line.Target, line.Refused));
        Assert.Equal(job.GetProperty("id").GetString(), Assert.Single((await fleet.GetAsync(Address)).GetProperty("items").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal("unknown-job", await RunningCloud.CodeAsync(await fleet.Cloud.GetAsync($"/api/drills/{job.GetProperty("id").GetString()}")));
    }

    [Fact]
    public async Task A_dry_run_says_where_each_would_come_and_what_cannot_and_writes_nothing()
    {
        await using var fleet = await StartAsync();
        fleet.Tenant("web-1", t => t with { SizeBytes = 1000 });
        var lost = fleet.Tenant("web-1", t => t with { ReplicatedTxid = null }).Tenant;
        var answer = await fleet.PostAsync(Address, new { from = "web-1", to = new[] { "web-2" }, dryRun = true });
        var plan = await RunningCloud.JsonAsync(answer);
        Assert.Equal((HttpStatusCode.OK, 2, 1, 1000L, false), (answer.StatusCode, plan.GetProperty("total").GetInt32(), plan.GetProperty("refused").GetInt32(), plan.GetProperty("bytes").GetInt64(), plan.GetProperty("hasMore").GetBoolean()));
        var target = Assert.Single(plan.GetProperty("targets").EnumerateArray());
        Assert.Equal(("web-2", 1, 1L << 40), (target.GetProperty("hostId").GetString(), target.GetProperty("tenants").GetInt32(), target.GetProperty("diskFreeBytes").GetInt64()));
        var refused = plan.GetProperty("items").EnumerateArray().Single(s => s.GetProperty("code").ValueKind != JsonValueKind.Null);
        Assert.Equal((lost, "no-such-point"), (refused.GetProperty("tenantId").GetGuid(), refused.GetProperty("code").GetString()));
        Assert.Empty(fleet.Commands("web-2"));
        Assert.Empty(fleet.Audit());
        // Of all that it had what can be had comes; who names one that cannot hears that.
        Assert.Equal(1, (await fleet.AcceptedAsync(Address, new { from = "web-1", to = new[] { "web-2" } })).GetProperty("total").GetInt32());
        Assert.Equal("no-such-point", await RunningCloud.CodeAsync(await fleet.PostAsync(Address, new { from = "web-1", to = new[] { "web-2" }, tenants = new[] { lost } })));
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_with_its_code_and_nothing_is_written()
    {
        await using var fleet = await StartAsync();
        var large = fleet.Tenant("web-1", t => t with { SizeBytes = 1L << 50 }).Tenant;
        fleet.Host("web-5");
        fleet.Host("web-6", state: HostStates.Stopped);
        async Task RefusedAsync(int status, string code, object body)
        {
            var answer = await fleet.PostAsync(Address, body);
            Assert.Equal((status, code), ((int)answer.StatusCode, await RunningCloud.CodeAsync(answer)));
        }
        await RefusedAsync(409, "host-not-lost", new { from = "web-5", to = new[] { "web-2" } });
        await RefusedAsync(409, "host-not-lost", new { from = "web-6", to = new[] { "web-2" } });
        await RefusedAsync(409, "host-away", new { from = "web-1", to = new[] { "web-2", "web-6" } });
        await RefusedAsync(404, "unknown-host", new { from = "web-1", to = new[] { "web-77" } });
        await RefusedAsync(404, "unknown-host", new { from = "web-77", to = new[] { "web-2" } });
        await RefusedAsync(409, "no-room", new { from = "web-1", to = new[] { "web-2" } });
        await RefusedAsync(409, "no-room", new { from = "web-1", to = new[] { "web-2" }, tenants = new[] { large } });
        await RefusedAsync(404, "unknown-tenant", new { from = "web-1", to = new[] { "web-2" }, tenants = new[] { Guid.NewGuid() } });
        await RefusedAsync(400, "bad-argument", new { from = "web-1", to = new[] { "web-1" } });
        await RefusedAsync(400, "bad-argument", new { from = "web-1", to = Array.Empty<string>() });
        await RefusedAsync(400, "bad-argument", new { from = "web-1" });
        await RefusedAsync(400, "bad-argument", new { from = "web-1", to = new[] { "web-2" }, tenants = new[] { fleet.Tenant("web-5").Tenant } });
        await RefusedAsync(400, "bad-argument", new { from = "web-1", to = new[] { "web-2" }, maxFailures = -1 });
        await RefusedAsync(413, "too-many", new { from = "web-1", to = new[] { "web-2" }, tenants = Enumerable.Range(0, 1001).Select(_ => Guid.NewGuid()) });
        Assert.Empty(fleet.Commands("web-2"));
        Assert.DoesNotContain(fleet.Audit(), a => a.Refused is null);
    }

    [Fact]
    public async Task Asked_for_twice_under_one_key_it_happens_once_and_what_ended_in_the_middle_is_completed()
    {
        await using var fleet = await StartAsync();
        var tenants = Enumerable.Range(0, 30).Select(_ => fleet.Tenant("web-1", t => t with { SizeBytes = 1000 }).Tenant).ToList();
        var body = new { from = "web-1", to = new[] { "web-2", "web-3" } };
        var writes = 0;
        fleet.Cloud.Table.Fault = r => r.Operation == "UpdateItem" && Interlocked.Increment(ref writes) > 8 ? TableServerFault.Throttle : TableServerFault.None;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await fleet.PostAsync(Address, body, "one-key")).StatusCode);
        fleet.Cloud.Table.Fault = _ => TableServerFault.None;
        var job = await fleet.AcceptedAsync(Address, body, "one-key");
        Assert.Equal(job.GetProperty("id").GetString(), (await fleet.AcceptedAsync(Address, body, "one-key")).GetProperty("id").GetString());
        Assert.Equal(tenants.Order(), fleet.Commands("web-2").Concat(fleet.Commands("web-3")).Select(c => c.Tenant).Order());
    }

    [Fact]
    public async Task One_of_which_too_much_failed_is_halted_and_says_why()
    {
        await using var fleet = await StartAsync();
        for (var i = 0; i < 5; i++)
            fleet.Tenant("web-1", t => t with { SizeBytes = 1000 });
        var id = (await fleet.AcceptedAsync(Address, new { from = "web-1", to = new[] { "web-2" }, maxFailures = 1 })).GetProperty("id").GetString()!;
        var commands = fleet.Commands("web-2");
        fleet.End(commands[0], CommandStates.Failed, error: "the disk is full");
        Assert.Equal("running", (await fleet.GetAsync($"{Address}/{id}")).GetProperty("state").GetString());
        fleet.End(commands[1], CommandStates.Failed, error: "the disk is full");
        var job = await fleet.GetAsync($"{Address}/{id}");
        Assert.Equal(("halted", "the disk is full"), (job.GetProperty("state").GetString(), job.GetProperty("error").GetString()));
        // Agents that look there begin nothing new.
        Assert.True(Ulid.TryParse(id, out var ulid));
        Assert.Equal(JobStates.Halted, fleet.Cloud.Table.Find(FleetKeys.Job(ulid).Partition, id)![JobItem.State].Text);
        foreach (var command in commands.Skip(2))
            fleet.Put(CommandItem.Write(command with { State = CommandStates.Failed, FinishedAt = SeededFleet.Now, ErrorCode = CommandErrors.Halted, Error = "nothing was done" }));
        job = await fleet.GetAsync($"{Address}/{id}");
        Assert.Equal(("halted", 5, "the disk is full"), (job.GetProperty("state").GetString(), job.GetProperty("failed").GetInt32(), job.GetProperty("error").GetString()));
        Assert.Equal("halted", (await fleet.GetAsync(Address)).GetProperty("items")[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task Called_back_nobody_begins_what_waits()
    {
        await using var fleet = await StartAsync();
        fleet.Tenant("web-1", t => t with { SizeBytes = 1000 });
        var id = (await fleet.AcceptedAsync(Address, new { from = "web-1", to = new[] { "web-2" } })).GetProperty("id").GetString();
        Assert.Equal("cancelled", (await fleet.AcceptedAsync($"{Address}/{id}/cancel", null)).GetProperty("state").GetString());
        Assert.Equal([CommandStates.Cancelled], fleet.Commands("web-2").Select(c => c.State));
    }

    /// <summary>web-1 is lost; two others have a terabyte each.</summary>
    private static async Task<SeededFleet> StartAsync()
    {
        var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1", age: TimeSpan.FromHours(1));
        foreach (var host in new[] { "web-2", "web-3" })
            fleet.Put(HostDigestItem.Write(fleet.Host(host) with { DiskFreeBytes = 1L << 40, DiskBytes = 1L << 41 }));
        return fleet;
    }
}
