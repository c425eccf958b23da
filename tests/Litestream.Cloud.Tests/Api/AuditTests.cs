using System.Net;
using Litestream.Cloud.Access;
using Litestream.Contract.Access;
using Litestream.Contract.Changes;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;
using Litestream.Tests.Servers;

namespace Litestream.Cloud.Tests.Api;

/// <summary>The audit, day after day into the past.</summary>
public sealed class AuditTests
{
    [Fact]
    public async Task The_newest_come_first_over_days_with_and_without_something()
    {
        await using var fleet = await SeededFleet.StartAsync();
        var now = SeededFleet.Now;
        var ids = new UlidSource(TimeProvider.System, new(7));
        var lines = new[] { 0, 0, 0, 1, 1, 5, 29 }.Select((days, i) => new AuditRecord
        {
            Id = ids.Next(),
            At = now.AddDays(-days).AddMilliseconds(-i),
            Actor = $"actor {i}",
            Action = "restore",
            Target = "a tenant",
        }).ToList();
        foreach (var line in lines)
            fleet.Put(AuditItem.Write(line));
        foreach (var limit in new[] { 1, 2, 100 })
        {
            var actors = (await fleet.Cloud.PagesAsync($"/api/audit?limit={limit}")).Select(a => a.GetProperty("actor").GetString());
            Assert.Equal(lines.Select(l => l.Actor), actors);
        }
        var older = await fleet.GetAsync($"/api/audit?day={now.AddDays(-5):yyyy-MM-dd}");
        Assert.Equal(["actor 5", "actor 6"], older.GetProperty("items").EnumerateArray().Select(a => a.GetProperty("actor").GetString()));
    }

    [Theory]
    [InlineData("day=yesterday", "bad-time")]
    [InlineData("cursor=x", "bad-cursor")]
    [InlineData("cursor=MQphdWRpdAo5OTk5OTk5OTk", "bad-cursor")]
    public async Task Foreign_cursors_and_days_are_refused(string query, string code)
    {
        await using var fleet = await SeededFleet.StartAsync();
        Assert.Equal(code, await RunningCloud.CodeAsync(await fleet.Cloud.GetAsync($"/api/audit?{query}")));
    }

    [Fact]
    public async Task What_happened_has_its_line_though_whoever_asked_was_gone_before_the_answer()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var tenant = fleet.Tenant("web-1");
        var body = new { kind = "restore", tenant = tenant.Tenant, txid = "0000000000000007", ifBusy = "wait" };
        using var gone = new CancellationTokenSource();
        fleet.Cloud.Table.Fault = request =>
        {
            if (request.Operation != "UpdateItem" || !request.Item.Partition.StartsWith("FLEET#", StringComparison.Ordinal))
                return TableServerFault.None;
            gone.Cancel(); // the command is in the table, and its host is being told
            return TableServerFault.Hang;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fleet.PostAsync("/api/hosts/web-1/commands", body, "once", stop: gone.Token));
        Assert.Single(fleet.Commands("web-1"));
        var line = Assert.Single(fleet.Audit());
        Assert.Equal(("command.restore", $"{tenant.Tenant}", (string?)null, (DateTimeOffset?)null), (line.Action, line.Target, line.Refused, line.DoneAt));
        Assert.Contains("0000000000000007", line.After, StringComparison.Ordinal);
        Assert.Contains(""" "ifBusy":"wait" """.Trim(), line.After, StringComparison.Ordinal);

        fleet.Cloud.Table.Fault = _ => TableServerFault.None;
        fleet.Cloud.Table.Release();
        await fleet.AcceptedAsync("/api/hosts/web-1/commands", body, "once");
        var done = Assert.Single(fleet.Audit());
        Assert.Equal((line.Id, line.Before, line.After), (done.Id, done.Before, done.After));
        Assert.NotNull(done.DoneAt);
    }

    [Theory]
    [InlineData("/api/hosts/web-1/commands", """{"kind":"sync","tenant":"TENANT"}""")]
    [InlineData("/api/restores", """{"tenants":["TENANT"],"txid":"0000000000000007"}""")]
    public async Task Nothing_happens_that_the_audit_cannot_tell(string path, string body)
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        body = body.Replace("TENANT", $"{fleet.Tenant("web-1").Tenant}", StringComparison.Ordinal);
        fleet.Cloud.Table.Fault = request => request.Operation == "UpdateItem" && request.Item.Partition.StartsWith("AUDIT#", StringComparison.Ordinal) ? TableServerFault.InternalError : TableServerFault.None;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await fleet.PostAsync(path, body, "once")).StatusCode);
        Assert.Empty(fleet.Commands("web-1"));
        fleet.Cloud.Table.Fault = _ => TableServerFault.None;
        await fleet.AcceptedAsync(path, body, "once");
        Assert.Single(fleet.Commands("web-1"));
        Assert.NotNull(Assert.Single(fleet.Audit()).DoneAt);
    }

    [Fact]
    public async Task A_restore_says_how_the_tenant_was_and_an_undo_what_it_takes_back()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var tenant = fleet.Tenant("web-1");
        var job = await fleet.AcceptedAsync("/api/restores", new { tenants = new[] { tenant.Tenant }, txid = "0000000000000007" });
        fleet.End(fleet.Commands("web-1").Single(), CommandStates.Done, before: "000000000000002b");
        await fleet.AcceptedAsync($"/api/restores/{job.GetProperty("id").GetString()}/undo", null);
        var lines = fleet.Audit();
        Assert.Equal(["restore", "restore.undo"], lines.Select(l => l.Action));
        Assert.All(lines, l => Assert.Contains(tenant.ReplicatedTxid!, l.Before, StringComparison.Ordinal));
        Assert.Contains("0000000000000007", lines[0].After, StringComparison.Ordinal);
        Assert.Contains("000000000000002b", lines[1].After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_known_and_may_not_is_told_in_the_audit_so_many_times_a_minute_and_strangers_never()
    {
        var time = new LaterTime();
        var reader = new KnownToken("reader", [ScopeWords.Read], BearerToken.Hash("reader token"));
        await using var fleet = await SeededFleet.StartAsync(o => o with { Access = AccessKind.Tokens, Tokens = [reader] }, time);
        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await fleet.PostAsync("/api/restores", "{}", token: "a stranger's")).StatusCode);
        Assert.Empty(fleet.Audit());
        for (var i = 0; i < 2 * RefusalLimit.MostOfActor; i++)
            Assert.Equal(HttpStatusCode.Forbidden, (await fleet.PostAsync("/api/restores/x/cancel", "{}", token: "reader token")).StatusCode);
        Assert.InRange(fleet.Audit().Count, RefusalLimit.MostOfActor, (2 * RefusalLimit.MostOfActor) - 1); // a minute may have ended meanwhile
        Assert.All(fleet.Audit(), l => Assert.Equal(("reader", "POST /api/restores/{id}/cancel", "/api/restores/x/cancel", "scope-missing"), (l.Actor, l.Action, l.Target, l.Refused)));
        var before = fleet.Audit().Count;
        time.Skip(TimeSpan.FromMinutes(1));
        await fleet.PostAsync("/api/restores/x/cancel", "{}", token: "reader token");
        Assert.Equal(before + 1, fleet.Audit().Count);
    }
}
