using System.Net;
using System.Text.Json;
using Litestream.Contract.Access;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Tests.Api;

/// <summary>What a request for restores becomes in the table, and what it does not.</summary>
public sealed class RestoreTests
{
    private static readonly DateTimeOffset Yesterday = SeededFleet.Now.AddDays(-1);

    [Fact]
    public async Task One_tenant_becomes_a_job_and_a_command_of_its_host_and_the_digest_says_so()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var tenant = fleet.Tenant("web-1");
        var job = await fleet.AcceptedAsync("/api/restores", new { tenants = new[] { tenant.Tenant }, timestamp = Yesterday, ifBusy = "wait" });
        var command = Assert.Single(fleet.Commands("web-1"));
        Assert.Equal((CommandKinds.Restore, CommandStates.Requested, tenant.Tenant, "anonymous"), (command.Kind, command.State, command.Tenant, command.RequestedBy));
        Assert.Equal((Yesterday, "wait", (string?)null), (command.Arguments.Timestamp, command.Arguments.IfBusy, command.Arguments.Replica));
        Assert.Equal(job.GetProperty("id").GetString(), command.Job.ToString());
        Assert.Equal(1, fleet.Waiting("web-1"));
        var line = Assert.Single(fleet.Audit());
        Assert.Equal(("anonymous", "restore", $"{tenant.Tenant}", (string?)null), (line.Actor, line.Action, line.Target, line.Refused));
    }

    [Fact]
    public async Task Many_tenants_go_each_to_its_host_and_the_job_follows_them()
    {
        await using var fleet = await SeededFleet.StartAsync();
        var tenants = new List<TenantRecord>();
        foreach (var host in new[] { "web-1", "web-2", "web-3" })
        {
            fleet.Host(host);
            tenants.AddRange(Enumerable.Range(0, 5).Select(_ => fleet.Tenant(host)));
        }
        var id = (await fleet.AcceptedAsync("/api/restores", new { tenants = tenants.Select(t => t.Tenant), timestamp = Yesterday })).GetProperty("id").GetString();
        var commands = new[] { "web-1", "web-2", "web-3" }.SelectMany(fleet.Commands).ToList();
        Assert.Equal(tenants.Select(t => (t.HostId!, t.Tenant)).Order(), commands.Select(c => (c.HostId, c.Tenant)).Order());
        foreach (var command in commands.Skip(1))
            fleet.End(command, CommandStates.Done);
        var job = await fleet.GetAsync($"/api/restores/{id}");
        Assert.Equal(("running", 15, 14, 0), (job.GetProperty("state").GetString(), job.GetProperty("total").GetInt32(), job.GetProperty("done").GetInt32(), job.GetProperty("failed").GetInt32()));
        fleet.End(commands[0], CommandStates.Failed, error: "no room on the host");
        job = await fleet.GetAsync($"/api/restores/{id}");
        Assert.Equal(("failed", "no room on the host"), (job.GetProperty("state").GetString(), job.GetProperty("error").GetString()));
        var listed = (await fleet.GetAsync("/api/restores")).GetProperty("items").EnumerateArray().Single();
        Assert.Equal((id, "failed", JsonValueKind.Null), (listed.GetProperty("id").GetString(), listed.GetProperty("state").GetString(), listed.GetProperty("commands").ValueKind));
    }

    [Fact]
    public async Task On_another_host_it_is_told_where_to_read()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1", age: TimeSpan.FromHours(1));
        fleet.Host("web-2");
        var tenant = fleet.Tenant("web-1");
        await fleet.AcceptedAsync("/api/restores", new { tenants = new[] { tenant.Tenant }, host = "web-2", newTenant = Guid.NewGuid() });
        Assert.Empty(fleet.Commands("web-1"));
        Assert.Equal(tenant.Replica, Assert.Single(fleet.Commands("web-2")).Arguments.Replica);
    }

    [Fact]
    public async Task Asked_for_twice_under_one_key_it_happens_once_and_both_are_told_of_the_same()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var body = new { tenants = new[] { fleet.Tenant("web-1").Tenant, fleet.Tenant("web-1").Tenant }, timestamp = Yesterday };
        var first = await fleet.AcceptedAsync("/api/restores", body, "one-key");
        fleet.Host("web-1", age: TimeSpan.FromHours(1)); // what became of the host since does not matter
        var second = await fleet.AcceptedAsync("/api/restores", body, "one-key");
        Assert.Equal(first.GetProperty("id").GetString(), second.GetProperty("id").GetString());
        Assert.Equal(2, fleet.Commands("web-1").Count);
        Assert.Single(fleet.Audit());
        var other = await fleet.PostAsync("/api/restores", new { body.tenants, timestamp = Yesterday.AddHours(1) }, "one-key");
        Assert.Equal("idempotency-key-reused", await RunningCloud.CodeAsync(other));
        Assert.Equal(2, fleet.Commands("web-1").Count);
    }

    [Fact]
    public async Task A_request_that_ended_in_the_middle_is_completed_by_the_next_try()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var body = new { tenants = Enumerable.Range(0, 30).Select(_ => fleet.Tenant("web-1").Tenant).ToList(), timestamp = Yesterday };
        var writes = 0;
        // The request's own key, the job and a few commands get through.
        fleet.Cloud.Table.Fault = r => r.Operation == "UpdateItem" && Interlocked.Increment(ref writes) > 8 ? Litestream.Tests.Servers.TableServerFault.Throttle : Litestream.Tests.Servers.TableServerFault.None;
        var failed = await fleet.PostAsync("/api/restores", body, "again");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (failed.StatusCode, await RunningCloud.CodeAsync(failed)));
        Assert.InRange(fleet.Commands("web-1").Count, 1, 10);
        fleet.Cloud.Table.Fault = _ => Litestream.Tests.Servers.TableServerFault.None;
        var job = await fleet.AcceptedAsync("/api/restores", body, "again");
        var commands = fleet.Commands("web-1");
        Assert.Equal(body.tenants.Order(), commands.Select(c => c.Tenant).Order());
        Assert.All(commands, c => Assert.Equal(job.GetProperty("id").GetString(), c.Job.ToString()));
        Assert.Single(fleet.Audit());
    }

    [Fact]
    public async Task A_request_that_ended_in_the_middle_and_was_called_back_is_not_completed()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var body = new { tenants = Enumerable.Range(0, 30).Select(_ => fleet.Tenant("web-1").Tenant).ToList(), timestamp = Yesterday };
        var writes = 0;
        fleet.Cloud.Table.Fault = r => r.Operation == "UpdateItem" && Interlocked.Increment(ref writes) > 8 ? Litestream.Tests.Servers.TableServerFault.Throttle : Litestream.Tests.Servers.TableServerFault.None;
        await fleet.PostAsync("/api/restores", body, "again");
        fleet.Cloud.Table.Fault = _ => Litestream.Tests.Servers.TableServerFault.None;
        var put = fleet.Commands("web-1");
        await fleet.AcceptedAsync($"/api/restores/{put[0].Job}/cancel", null);
        await fleet.AcceptedAsync("/api/restores", body, "again");
        Assert.Equal(put.Select(c => (c.Id, CommandStates.Cancelled)), fleet.Commands("web-1").Select(c => (c.Id, c.State)));
    }

    [Fact]
    public async Task Requests_of_the_same_moment_do_not_meet_in_each_others_commands()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var requests = Enumerable.Range(0, 8).Select(_ => Enumerable.Range(0, 5).Select(_ => fleet.Tenant("web-1").Tenant).ToList()).ToList();
        await Task.WhenAll(requests.Select(tenants => fleet.AcceptedAsync("/api/restores", new { tenants, timestamp = Yesterday })));
        Assert.Equal(requests.SelectMany(t => t).Order(), fleet.Commands("web-1").Select(c => c.Tenant).Order());
        Assert.Equal(8, fleet.Commands("web-1").GroupBy(c => c.Job).Count(job => job.Count() == 5));
    }

    [Fact]
    public async Task Called_back_before_anybody_began_it_is_cancelled_and_whoever_began_is_asked()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var id = (await fleet.AcceptedAsync("/api/restores", new { tenants = new[] { fleet.Tenant("web-1").Tenant, fleet.Tenant("web-1").Tenant }, timestamp = Yesterday })).GetProperty("id").GetString();
        var begun = fleet.Commands("web-1")[1];
        fleet.Put(CommandItem.Write(begun with { State = CommandStates.Running, ClaimedBy = "an agent", ClaimedAt = SeededFleet.Now }));
        var job = await fleet.AcceptedAsync($"/api/restores/{id}/cancel", null);
        Assert.Equal(("running", 1), (job.GetProperty("state").GetString(), job.GetProperty("cancelled").GetInt32()));
        Assert.Equal([CommandStates.Cancelled, CommandStates.Running], fleet.Commands("web-1").Select(c => c.State));
        Assert.NotNull(fleet.Commands("web-1")[1].CancelRequestedAt);
        fleet.End(fleet.Commands("web-1")[1], CommandStates.Cancelled);
        Assert.Equal("cancelled", (await fleet.GetAsync($"/api/restores/{id}")).GetProperty("state").GetString());
        Assert.Equal("not-cancellable", await RunningCloud.CodeAsync(await fleet.PostAsync($"/api/restores/{id}/cancel", new { })));
        Assert.Equal([null, null, "not-cancellable"], fleet.Audit().Select(a => a.Refused));
    }

    [Fact]
    public async Task Undone_goes_back_to_the_state_that_was_kept_and_only_while_it_is_the_last()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var tenant = fleet.Tenant("web-1");
        var id = (await fleet.AcceptedAsync("/api/restores", new { tenants = new[] { tenant.Tenant }, timestamp = Yesterday })).GetProperty("id").GetString();
        Assert.Equal("nothing-to-undo", await RunningCloud.CodeAsync(await fleet.PostAsync($"/api/restores/{id}/undo", null)));
        var restore = fleet.Commands("web-1")[0];
        fleet.End(restore, CommandStates.Done, "000000000000002a");
        fleet.Put(TenantItem.Write(tenant with { UndoTxid = "000000000000002d", UndoUntil = SeededFleet.Now.AddDays(7) })); // somebody restored again since
        Assert.Equal("nothing-to-undo", await RunningCloud.CodeAsync(await fleet.PostAsync($"/api/restores/{id}/undo", null)));
        fleet.Put(TenantItem.Write(tenant with { UndoTxid = "0000000000000007", UndoUntil = SeededFleet.Now.AddDays(1) })); // of long ago: its host has not told of this one yet
        var undo = await fleet.AcceptedAsync($"/api/restores/{id}/undo", null, "undo-it");
        await fleet.AcceptedAsync($"/api/restores/{id}/undo", null, "undo-it");
        Assert.Equal(2, fleet.Commands("web-1").Count);
        var command = fleet.Commands("web-1")[1];
        Assert.Equal(("000000000000002a", undo.GetProperty("id").GetString()), (command.Arguments.Txid, command.Job.ToString()));
    }

    [Fact]
    public async Task While_a_tenant_waits_for_a_restore_in_place_no_other_one_of_it_is_taken()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var (tenant, other) = (fleet.Tenant("web-1"), fleet.Tenant("web-1"));
        var body = new { tenants = new[] { tenant.Tenant }, timestamp = Yesterday };
        var id = (await fleet.AcceptedAsync("/api/restores", body)).GetProperty("id").GetString();
        await IsRefused("/api/restores", body);
        await IsRefused("/api/hosts/web-1/commands", new { kind = "restore", tenant = tenant.Tenant, timestamp = Yesterday });
        var plan = await RunningCloud.JsonAsync(await fleet.PostAsync("/api/restores", new { tenants = new[] { tenant.Tenant, other.Tenant }, timestamp = Yesterday, dryRun = true }));
        Assert.Equal("restore-waiting", plan.GetProperty("items")[0].GetProperty("code").GetString());
        Assert.NotEqual("restore-waiting", plan.GetProperty("items")[1].GetProperty("code").GetString());
        // A new file disturbs nobody, nor does another tenant.
        await fleet.AcceptedAsync("/api/restores", new { tenants = new[] { tenant.Tenant }, newTenant = Guid.NewGuid() });
        await fleet.AcceptedAsync("/api/restores", new { tenants = new[] { other.Tenant }, timestamp = Yesterday });
        fleet.End(fleet.Commands("web-1")[0], CommandStates.Done, "000000000000002a");
        var undo = await fleet.AcceptedAsync($"/api/restores/{id}/undo", null);
        var told = fleet.Commands("web-1")[^1];
        Assert.Equal(("000000000000002a", fleet.Commands("web-1")[0].Id), (told.Arguments.Txid, told.Arguments.Undoes));
        await IsRefused($"/api/restores/{id}/undo", null);
        await IsRefused("/api/restores", body);
        fleet.End(told, CommandStates.Failed, error: "busy");
        var again = await fleet.AcceptedAsync($"/api/restores/{id}/undo", null);
        Assert.NotEqual(undo.GetProperty("id").GetString(), again.GetProperty("id").GetString());

        async Task IsRefused(string path, object? asked)
        {
            var answer = await fleet.PostAsync(path, asked);
            Assert.Equal((HttpStatusCode.Conflict, "restore-waiting"), (answer.StatusCode, await RunningCloud.CodeAsync(answer)));
        }
    }

    [Fact]
    public async Task A_dry_run_says_for_each_tenant_what_would_be_done_or_why_not_and_writes_nothing()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        fleet.Host("web-2", age: TimeSpan.FromHours(1));
        var (here, away, unknown) = (fleet.Tenant("web-1", t => t with { Replica = "file:///srv/nothing/here" }), fleet.Tenant("web-2"), Guid.NewGuid());
        var before = fleet.Cloud.Table.All("").Count;
        var answer = await fleet.PostAsync("/api/restores", new { tenants = new[] { here.Tenant, away.Tenant, unknown }, timestamp = Yesterday, dryRun = true });
        var plan = await RunningCloud.JsonAsync(answer);
        Assert.Equal((HttpStatusCode.OK, 3, 3), (answer.StatusCode, plan.GetProperty("total").GetInt32(), plan.GetProperty("refused").GetInt32()));
        Assert.Equal(["no-such-point", "host-away", "unknown-tenant"], plan.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("code").GetString()));
        Assert.Equal(before, fleet.Cloud.Table.All("").Count);
        var refused = await fleet.PostAsync("/api/restores", new { tenants = new[] { here.Tenant, away.Tenant }, timestamp = Yesterday });
        Assert.Equal((HttpStatusCode.Conflict, "host-away"), (refused.StatusCode, await RunningCloud.CodeAsync(refused)));
        Assert.Empty(fleet.Commands("web-1"));
    }

    [Fact]
    public async Task A_new_tenant_that_there_is_already_is_refused_and_a_dry_run_says_so()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var (tenant, other) = (fleet.Tenant("web-1"), fleet.Tenant("web-1"));
        foreach (var taken in new[] { tenant.Tenant, other.Tenant })
        {
            var body = new { tenants = new[] { tenant.Tenant }, newTenant = taken };
            Assert.Equal("bad-argument", await RunningCloud.CodeAsync(await fleet.PostAsync("/api/restores", body)));
            Assert.Equal("bad-argument", await RunningCloud.CodeAsync(await fleet.PostAsync("/api/hosts/web-1/commands", new { kind = "restore", tenant = tenant.Tenant, newTenant = taken })));
            var plan = await RunningCloud.JsonAsync(await fleet.PostAsync("/api/restores", new { body.tenants, body.newTenant, dryRun = true }));
            Assert.Equal("bad-argument", plan.GetProperty("items")[0].GetProperty("code").GetString());
        }
        Assert.Empty(fleet.Commands("web-1"));
    }

    [Theory]
    [InlineData("""{}""", "bad-argument")]
    [InlineData("""{"tenants":[]}""", "bad-argument")]
    [InlineData("""{"tenants":["../../etc/passwd"],"txid":"0000000000000001"}""", "bad-guid")]
    [InlineData("""{"tenants":["TENANT "],"txid":"0000000000000001"}""", "bad-guid")]
    [InlineData("""{"tenants":["+f9c0d5e-3f0a-4a52-9d53-0d2b1c6f4e11"],"txid":"0000000000000001"}""", "bad-guid")]
    [InlineData("""{"tenants":["0x9c0d5e-3f0a-4a52-9d53-0d2b1c6f4e11"],"txid":"0000000000000001"}""", "bad-guid")]
    [InlineData("""{"tenants":[null],"txid":"0000000000000001"}""", "bad-guid")]
    [InlineData("""{"tenants":["TENANT"]}""", "bad-argument")]
    [InlineData("""{"tenants":["TENANT"],"txid":"1"}""", "bad-txid")]
    [InlineData("""{"tenants":["TENANT"],"txid":"000000000000000g"}""", "bad-txid")]
    [InlineData("""{"tenants":["TENANT"],"txid":"0000000000000000"}""", "bad-txid")]
    [InlineData("""{"tenants":["TENANT"],"timestamp":"yesterday"}""", "bad-body")]
    [InlineData("""{"tenants":["TENANT"],"timestamp":"2999-01-01T00:00:00Z"}""", "bad-time")]
    [InlineData("""{"tenants":["TENANT"],"timestamp":"2026-01-01T00:00:00Z","txid":"0000000000000001"}""", "bad-argument")]
    [InlineData("""{"tenants":["TENANT"],"targetPath":"/srv/clients/../../etc/cron.d/x"}""", "bad-path")]
    [InlineData("""{"tenants":["TENANT"],"targetPath":"clients/new.db"}""", "bad-path")]
    [InlineData("""{"tenants":["TENANT"],"targetPath":"/srv/new.db","newTenant":"6f9c0d5e-3f0a-4a52-9d53-0d2b1c6f4e11"}""", "bad-argument")]
    [InlineData("""{"tenants":["TENANT"],"newTenant":"of mine"}""", "bad-guid")]
    [InlineData("""{"tenants":["TENANT"],"txid":"0000000000000001","ifBusy":"kill"}""", "bad-argument")]
    [InlineData("""{"tenants":["TENANT"],"txid":"0000000000000001","host":"web 1"}""", "bad-argument")]
    [InlineData("""{"tenants":["TENANT"],"txid":"0000000000000001","host":"web-9"}""", "unknown-host")]
    [InlineData("""{"tenants":["TENANT"],"txid":"0000000000000001","replica":"http://169.254.169.254/"}""", "bad-argument")]
    [InlineData("""{"tenants":["TENANT"],"txid":"0000000000000001","expiresInSeconds":1}""", "bad-argument")]
    [InlineData("""{"tenants":["6f9c0d5e-3f0a-4a52-9d53-0d2b1c6f4e11"],"txid":"0000000000000001"}""", "unknown-tenant")]
    [InlineData("""{"tenants":["TENANT"],"txid":"0000000000000001","dry_run":true}""", "bad-body")]
    [InlineData("""{"tenants":["TENANT"],"timestamp":"2026-01-01T00:00:00"}""", "bad-body")]
    [InlineData("""{"tenants":["TENANT"],"timestamp":"2026-01-01"}""", "bad-body")]
    [InlineData("""{"tenants":"TENANT"}""", "bad-body")]
    [InlineData("""{"tenants":["TENANT"],"txid":"0000000000000001","txid":"0000000000000002"}""", "bad-body")]
    [InlineData("""[]""", "bad-body")]
    [InlineData("""null""", "bad-body")]
    [InlineData("""{"tenants":[""", "bad-body")]
    public async Task What_makes_no_sense_is_refused_with_its_code_and_in_the_audit_and_nothing_is_written(string body, string code)
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var tenant = fleet.Tenant("web-1");
        var answer = await fleet.PostAsync("/api/restores", body.Replace("TENANT", tenant.Tenant.ToString(), StringComparison.Ordinal));
        Assert.InRange((int)answer.StatusCode, 400, 499);
        Assert.Equal(code, await RunningCloud.CodeAsync(answer));
        Assert.Equal(code, Assert.Single(fleet.Audit()).Refused);
        Assert.Empty(fleet.Commands("web-1"));
        Assert.Equal(0, fleet.Waiting("web-1"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("with blank")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789")]
    public async Task A_change_without_a_usable_key_is_refused(string? key)
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var answer = await fleet.PostAsync("/api/restores", new { tenants = new[] { fleet.Tenant("web-1").Tenant }, timestamp = Yesterday }, key);
        Assert.Equal("bad-idempotency-key", await RunningCloud.CodeAsync(answer));
        Assert.Empty(fleet.Commands("web-1"));
    }

    [Fact]
    public async Task A_key_whose_item_nobody_can_read_is_taken()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var key = FleetKeys.Request("anonymous", "mine");
        fleet.Put(new() { { FleetTable.PartitionKey, ItemValue.Of(key.Partition) }, { FleetTable.SortKey, ItemValue.Of(key.Sort) }, { FleetTable.Type, ItemValue.Of(ItemTypes.Request) } });
        var answer = await fleet.PostAsync("/api/restores", new { tenants = new[] { fleet.Tenant("web-1").Tenant }, timestamp = Yesterday }, "mine");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency-key-reused"), (answer.StatusCode, await RunningCloud.CodeAsync(answer)));
        Assert.Empty(fleet.Commands("web-1"));
    }

    [Fact]
    public async Task More_tenants_than_one_request_may_name_and_more_bytes_than_it_may_have_are_refused()
    {
        await using var fleet = await SeededFleet.StartAsync();
        var many = await fleet.PostAsync("/api/restores", new { tenants = Enumerable.Range(0, 101).Select(_ => Guid.NewGuid()), timestamp = Yesterday });
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "too-many"), (many.StatusCode, await RunningCloud.CodeAsync(many)));
        var large = await fleet.PostAsync("/api/restores", $$"""{"tenants":["{{new string('x', 300_000)}}"]}""");
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "body-too-large"), (large.StatusCode, await RunningCloud.CodeAsync(large)));
    }

    [Fact]
    public async Task A_restore_that_nobody_knows_is_not_found()
    {
        await using var fleet = await SeededFleet.StartAsync();
        foreach (var id in new[] { "x", "01JD0000000000000000000000", "..%2F..%2Fetc" })
            Assert.Equal("unknown-job", await RunningCloud.CodeAsync(await fleet.Cloud.GetAsync($"/api/restores/{id}")));
    }
}
