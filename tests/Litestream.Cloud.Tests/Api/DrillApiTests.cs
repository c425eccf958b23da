using System.Net;
using System.Text.Json;
using Litestream.Fleet.Items;
using Litestream.Tests.Servers;

namespace Litestream.Cloud.Tests.Api;

/// <summary>What a request for drills becomes in the table, and what it does not.</summary>
public sealed class DrillApiTests
{
    [Fact]
    public async Task Some_tenants_become_a_job_and_a_command_of_each_ones_host()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        fleet.Host("web-2");
        TenantRecord[] tenants = [fleet.Tenant("web-1"), fleet.Tenant("web-2"), fleet.Tenant("web-2")];
        var job = await fleet.AcceptedAsync("/api/drills", new { tenants = tenants.Select(t => t.Tenant) });
        var commands = fleet.Commands("web-1").Concat(fleet.Commands("web-2")).ToList();
        Assert.Equal(tenants.Select(t => (t.HostId, t.Tenant)).Order(), commands.Select(c => ((string?)c.HostId, c.Tenant)).Order());
        Assert.All(commands, c => Assert.Equal((CommandKinds.Drill, CommandStates.Requested, "anonymous", job.GetProperty("id").GetString()), (c.Kind, c.State, c.RequestedBy, c.Job.ToString())));
        Assert.Equal((JobKinds.Drill, 3, 1, 1), (job.GetProperty("kind").GetString(), job.GetProperty("total").GetInt32(), fleet.Waiting("web-1"), fleet.Waiting("web-2")));
        var line = Assert.Single(fleet.Audit());
        Assert.Equal(("anonymous", "drill", "3 tenants", (string?)null), (line.Actor, line.Action, line.Target, line.Refused));
        Assert.NotNull(line.DoneAt);
    }

    [Fact]
    public async Task All_tenants_of_a_host_are_drilled_and_the_job_shows_them_page_by_page_until_all_have_ended()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        fleet.Host("web-2");
        var tenants = Enumerable.Range(0, 130).Select(_ => fleet.Tenant("web-1").Tenant).ToList();
        fleet.Tenant("web-2");
        var id = (await fleet.AcceptedAsync("/api/drills", new { host = "web-1" })).GetProperty("id").GetString();
        Assert.Empty(fleet.Commands("web-2"));
        Assert.Equal(tenants.Order(), fleet.Commands("web-1").Select(c => c.Tenant).Order());
        var first = await fleet.GetAsync($"/api/drills/{id}");
        var second = await fleet.GetAsync($"/api/drills/{id}?cursor={first.GetProperty("nextCursor").GetString()}");
        Assert.Equal((100, 30, JsonValueKind.Null), (first.GetProperty("commands").GetArrayLength(), second.GetProperty("commands").GetArrayLength(), second.GetProperty("nextCursor").ValueKind));
        Assert.Equal(tenants.Order(), new[] { first, second }.SelectMany(p => p.GetProperty("commands").EnumerateArray()).Select(c => c.GetProperty("tenantId").GetGuid()).Order());
        foreach (var command in fleet.Commands("web-1"))
            fleet.End(command, command.Tenant == tenants[0] ? CommandStates.Failed : CommandStates.Done, error: command.Tenant == tenants[0] ? "page 7 of a file is damaged" : null);
        var job = await fleet.GetAsync($"/api/drills/{id}");
        Assert.Equal(("failed", 129, 1, "page 7 of a file is damaged"), (job.GetProperty("state").GetString(), job.GetProperty("done").GetInt32(), job.GetProperty("failed").GetInt32(), job.GetProperty("error").GetString()));
    }

    [Fact]
    public async Task The_list_has_the_coverage_and_only_drills_page_by_page_the_newest_first()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var tenant = fleet.Tenant("web-1").Tenant;
        Assert.Equal(JsonValueKind.Null, (await fleet.GetAsync("/api/drills")).GetProperty("coverage").ValueKind); // no worker was here yet
        fleet.Put(SliceItem.Write(new() { Slice = 7, VisitedAt = SeededFleet.Now, Tenants = 10, ProvenWithin1Day = 8, ProvenWithin7Days = 9, ProvenWithin30Days = 9, Failed = 1, P50Seconds = 0.5, P99Seconds = 2 }));
        var restore = (await fleet.AcceptedAsync("/api/restores", new { tenants = new[] { tenant }, txid = "000000000000002a" })).GetProperty("id").GetString();
        var asked = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            asked.Add((await fleet.AcceptedAsync("/api/drills", new { tenants = new[] { tenant } })).GetProperty("id").GetString()!);
            foreach (var command in fleet.Commands("web-1").Where(c => c.State == CommandStates.Requested))
                fleet.End(command, CommandStates.Done);
        }
        var page = await fleet.GetAsync("/api/drills?limit=2");
        var coverage = page.GetProperty("coverage");
        Assert.Equal((10, 8, 1, 2.0), (coverage.GetProperty("tenants").GetInt32(), coverage.GetProperty("provenWithin1Day").GetInt32(), coverage.GetProperty("failed").GetInt32(), coverage.GetProperty("p99Seconds").GetDouble()));
        var rest = await fleet.Cloud.PagesAsync("/api/drills?limit=2");
        Assert.Equal(Enumerable.Reverse(asked), rest.Select(j => j.GetProperty("id").GetString()));
        Assert.All(rest, j => Assert.Equal(("drill", "done"), (j.GetProperty("kind").GetString(), j.GetProperty("state").GetString())));
        Assert.Equal("unknown-job", await RunningCloud.CodeAsync(await fleet.Cloud.GetAsync($"/api/drills/{restore}")));
        Assert.Equal("unknown-job", await RunningCloud.CodeAsync(await fleet.Cloud.GetAsync($"/api/restores/{asked[0]}")));
    }

    [Fact]
    public async Task Asked_for_twice_under_one_key_it_happens_once_and_what_ended_in_the_middle_is_completed()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var tenants = Enumerable.Range(0, 30).Select(_ => fleet.Tenant("web-1").Tenant).ToList();
        var writes = 0;
        // The request's own key, its line of the audit, the job and a few commands get through.
        fleet.Cloud.Table.Fault = r => r.Operation == "UpdateItem" && Interlocked.Increment(ref writes) > 8 ? TableServerFault.Throttle : TableServerFault.None;
        var failed = await fleet.PostAsync("/api/drills", new { host = "web-1" }, "one-key");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (failed.StatusCode, await RunningCloud.CodeAsync(failed)));
        Assert.InRange(fleet.Commands("web-1").Count, 1, 10);
        fleet.Cloud.Table.Fault = _ => TableServerFault.None;
        fleet.Tenant("web-1"); // came since: nobody asked for this one
        var job = await fleet.AcceptedAsync("/api/drills", new { host = "web-1" }, "one-key");
        var again = await fleet.AcceptedAsync("/api/drills", new { host = "web-1" }, "one-key");
        Assert.Equal(job.GetProperty("id").GetString(), again.GetProperty("id").GetString());
        var commands = fleet.Commands("web-1");
        Assert.Equal((30, 30, 1), (commands.Count, commands.Select(c => c.Tenant).Distinct().Count(), fleet.Audit().Count));
        Assert.Equal("idempotency-key-reused", await RunningCloud.CodeAsync(await fleet.PostAsync("/api/drills", new { tenants }, "one-key")));
    }

    [Fact]
    public async Task Called_back_nobody_begins_what_waits_and_whoever_began_is_asked_to_end()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var id = (await fleet.AcceptedAsync("/api/drills", new { tenants = new[] { fleet.Tenant("web-1").Tenant, fleet.Tenant("web-1").Tenant } })).GetProperty("id").GetString();
        fleet.Put(CommandItem.Write(fleet.Commands("web-1")[1] with { State = CommandStates.Running, ClaimedBy = "an agent", ClaimedAt = SeededFleet.Now }));
        var job = await fleet.AcceptedAsync($"/api/drills/{id}/cancel", null);
        Assert.Equal(("running", 1), (job.GetProperty("state").GetString(), job.GetProperty("cancelled").GetInt32()));
        Assert.Equal([CommandStates.Cancelled, CommandStates.Running], fleet.Commands("web-1").Select(c => c.State));
        Assert.NotNull(fleet.Commands("web-1")[1].CancelRequestedAt);
        fleet.End(fleet.Commands("web-1")[1], CommandStates.Cancelled);
        Assert.Equal("cancelled", (await fleet.GetAsync($"/api/drills/{id}")).GetProperty("state").GetString());
        Assert.Equal("not-cancellable", await RunningCloud.CodeAsync(await fleet.PostAsync($"/api/drills/{id}/cancel", new { })));
        Assert.Equal([("drill", null), ("drill.cancel", null), ("drill.cancel", "not-cancellable")], fleet.Audit().Select(a => (a.Action, a.Refused)));
    }

    [Fact]
    public async Task A_dry_run_says_for_each_tenant_which_host_would_do_it_or_why_nobody_would_and_writes_nothing()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        fleet.Host("web-2", age: TimeSpan.FromHours(1));
        Guid[] tenants = [fleet.Tenant("web-1").Tenant, fleet.Tenant("web-2").Tenant, fleet.Tenant(null).Tenant, Guid.NewGuid()];
        var before = fleet.Cloud.Table.All("").Count;
        var answer = await fleet.PostAsync("/api/drills", new { tenants, dryRun = true });
        var plan = await RunningCloud.JsonAsync(answer);
        Assert.Equal((HttpStatusCode.OK, 4, 3), (answer.StatusCode, plan.GetProperty("total").GetInt32(), plan.GetProperty("refused").GetInt32()));
        Assert.Equal([null, "host-away", "bad-argument", "unknown-tenant"], plan.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("code").GetString()));
        Assert.Equal(before, fleet.Cloud.Table.All("").Count);
        var refused = await fleet.PostAsync("/api/drills", new { tenants = tenants[..2] });
        Assert.Equal((HttpStatusCode.Conflict, "host-away"), (refused.StatusCode, await RunningCloud.CodeAsync(refused)));
        Assert.Empty(fleet.Commands("web-1"));
    }

    [Theory]
    [InlineData("""{}""", "bad-argument")]
    [InlineData("""{"tenants":[]}""", "bad-argument")]
    [InlineData("""{"tenants":["TENANT"],"host":"web-1"}""", "bad-argument")]
    [InlineData("""{"tenants":["x"]}""", "bad-guid")]
    [InlineData("""{"tenants":[null]}""", "bad-guid")]
    [InlineData("""{"tenants":["6f9c0d5e-3f0a-4a52-9d53-0d2b1c6f4e11"]}""", "unknown-tenant")]
    [InlineData("""{"host":"web-9"}""", "unknown-host")]
    [InlineData("""{"host":"web 9"}""", "bad-argument")]
    [InlineData("""{"host":"web-2"}""", "host-away")]
    [InlineData("""{"host":"web-3"}""", "bad-argument")]
    [InlineData("""{"host":"web-1","expiresInSeconds":1}""", "bad-argument")]
    [InlineData("""{"host":"web-1","dry":true}""", "bad-body")]
    public async Task What_makes_no_sense_is_refused_with_its_code_and_in_the_audit_and_nothing_is_written(string body, string code)
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        fleet.Host("web-2", age: TimeSpan.FromHours(1));
        fleet.Host("web-3");
        var tenant = fleet.Tenant("web-1");
        fleet.Tenant("web-2");
        var answer = await fleet.PostAsync("/api/drills", body.Replace("TENANT", tenant.Tenant.ToString(), StringComparison.Ordinal));
        Assert.Equal(code, await RunningCloud.CodeAsync(answer));
        Assert.Empty(fleet.Commands("web-1"));
        var line = Assert.Single(fleet.Audit());
        Assert.Equal(("drill", "drills", code), (line.Action, line.Target, line.Refused));
    }
}
