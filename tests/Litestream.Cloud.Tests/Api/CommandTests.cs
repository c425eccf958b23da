using System.Net;
using Litestream.Cloud.Access;
using Litestream.Contract.Access;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Http;

namespace Litestream.Cloud.Tests.Api;

/// <summary>What a host is told through the API.</summary>
public sealed class CommandTests
{
    [Fact]
    public async Task A_command_is_put_once_announced_audited_and_answered_again()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var tenant = fleet.Tenant("web-1");
        var body = new { kind = "sync", tenant = tenant.Tenant, epoch = 3, expiresInSeconds = 120 };
        var first = await fleet.AcceptedAsync("/api/hosts/web-1/commands", body, "k1");
        var second = await fleet.AcceptedAsync("/api/hosts/web-1/commands", body, "k1");
        Assert.Equal(first.GetProperty("id").GetString(), second.GetProperty("id").GetString());
        var command = Assert.Single(fleet.Commands("web-1"));
        Assert.Equal((CommandKinds.Sync, tenant.Tenant, 3L, TimeSpan.FromSeconds(120)), (command.Kind, command.Tenant, command.Arguments.Epoch, command.ExpiresAt - command.RequestedAt));
        Assert.Equal(2, fleet.Waiting("web-1")); // the first try may have ended before it said so
        var line = Assert.Single(fleet.Audit());
        Assert.Equal(("command.sync", $"{tenant.Tenant}"), (line.Action, line.Target));
        Assert.Contains("\"epoch\":3", line.Before, StringComparison.Ordinal);
        Assert.Equal(first.GetProperty("id").GetString(), (await fleet.GetAsync($"/api/hosts/web-1/commands/{command.Id}")).GetProperty("id").GetString());
    }

    [Fact]
    public async Task The_list_gives_the_newest_first_page_by_page()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var tenant = fleet.Tenant("web-1");
        for (var i = 0; i < 7; i++)
            await fleet.AcceptedAsync("/api/hosts/web-1/commands", new { kind = "sync", tenant = tenant.Tenant });
        var ids = (await fleet.Cloud.PagesAsync("/api/hosts/web-1/commands?limit=3")).Select(c => c.GetProperty("id").GetString()!);
        Assert.Equal(fleet.Commands("web-1").Select(c => c.Id.ToString()).Reverse(), ids);
        fleet.Host("web-2");
        var first = (await fleet.GetAsync("/api/hosts/web-1/commands?limit=3")).GetProperty("nextCursor").GetString();
        Assert.Equal("bad-cursor", await RunningCloud.CodeAsync(await fleet.Cloud.GetAsync($"/api/hosts/web-2/commands?cursor={first}")));
        Assert.Equal("unknown-host", await RunningCloud.CodeAsync(await fleet.Cloud.GetAsync("/api/hosts/nobody/commands")));
    }

    [Fact]
    public async Task One_that_nobody_began_is_cancelled_and_one_that_has_ended_is_not()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var id = (await fleet.AcceptedAsync("/api/hosts/web-1/commands", new { kind = "drill", tenant = fleet.Tenant("web-1").Tenant })).GetProperty("id").GetString();
        var answer = await fleet.AcceptedAsync($"/api/hosts/web-1/commands/{id}/cancel", null);
        Assert.Equal("cancelled", answer.GetProperty("state").GetString());
        Assert.Equal("not-cancellable", await RunningCloud.CodeAsync(await fleet.PostAsync($"/api/hosts/web-1/commands/{id}/cancel", null)));
        Assert.Equal("unknown-command", await RunningCloud.CodeAsync(await fleet.PostAsync("/api/hosts/web-1/commands/01JD0000000000000000000000/cancel", null)));
    }

    [Theory]
    [InlineData("web-1", """{"kind":"format","tenant":"HERE"}""", "unknown-kind")]
    [InlineData("web-1", """{"tenant":"HERE"}""", "unknown-kind")]
    [InlineData("web-1", """{"kind":"sync"}""", "bad-guid")]
    [InlineData("web-1", """{"kind":"sync","tenant":"6f9c0d5e-3f0a-4a52-9d53-0d2b1c6f4e11"}""", "unknown-tenant")]
    [InlineData("web-1", """{"kind":"sync","tenant":"ELSEWHERE"}""", "bad-argument")]
    [InlineData("web-1", """{"kind":"sync","tenant":"HERE","epoch":2}""", "stale-epoch")]
    [InlineData("web-1", """{"kind":"take-over","tenant":"ELSEWHERE","epoch":4}""", "stale-epoch")]
    [InlineData("web-1", """{"kind":"sync","tenant":"HERE","epoch":0}""", "bad-argument")]
    [InlineData("web-1", """{"kind":"sync","tenant":"HERE","txid":"0000000000000001"}""", "bad-argument")]
    [InlineData("web-1", """{"kind":"sync","tenant":"HERE","targetPath":"/srv/x.db"}""", "bad-argument")]
    [InlineData("web-1", """{"kind":"sync","tenant":"HERE","ifAlive":"take"}""", "bad-argument")]
    [InlineData("web-1", """{"kind":"take-over","tenant":"ELSEWHERE","ifAlive":"perhaps"}""", "bad-argument")]
    [InlineData("web-1", """{"kind":"restore","tenant":"HERE"}""", "bad-argument")]
    [InlineData("web-1", """{"kind":"restore","tenant":"HERE","targetPath":"/srv/../x.db"}""", "bad-path")]
    [InlineData("web-9", """{"kind":"sync","tenant":"HERE"}""", "unknown-host")]
    [InlineData("web%209", """{"kind":"sync","tenant":"HERE"}""", "bad-argument")]
    [InlineData("web-3", """{"kind":"verify","tenant":"HERE"}""", "host-away")]
    public async Task What_no_host_could_do_is_refused_and_nothing_is_put(string host, string body, string code)
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        fleet.Host("web-2");
        fleet.Host("web-3", state: HostStates.Stopped);
        body = body.Replace("ELSEWHERE", $"{fleet.Tenant("web-2").Tenant}", StringComparison.Ordinal).Replace("HERE", $"{fleet.Tenant("web-1").Tenant}", StringComparison.Ordinal);
        var answer = await fleet.PostAsync($"/api/hosts/{host}/commands", body);
        Assert.InRange((int)answer.StatusCode, 400, 499);
        Assert.Equal(code, await RunningCloud.CodeAsync(answer));
        Assert.Equal(code, Assert.Single(fleet.Audit()).Refused);
        Assert.Empty(fleet.Commands("web-1").Concat(fleet.Commands("web-3")));
    }

    [Fact]
    public async Task Whoever_may_tell_hosts_what_to_do_may_not_restore_by_that()
    {
        var admin = new KnownToken("operator", [ScopeWords.Admin, ScopeWords.Read], BearerToken.Hash("admin token"));
        await using var fleet = await SeededFleet.StartAsync(o => o with { Access = AccessKind.Tokens, Tokens = [admin] });
        fleet.Host("web-1");
        var tenant = fleet.Tenant("web-1").Tenant;
        var restore = await fleet.PostAsync("/api/hosts/web-1/commands", new { kind = "restore", tenant, txid = "0000000000000001" }, token: "admin token");
        Assert.Equal((HttpStatusCode.Forbidden, "scope-missing"), (restore.StatusCode, await RunningCloud.CodeAsync(restore)));
        Assert.Equal("operator", Assert.Single(fleet.Audit()).Actor);
        Assert.Equal(HttpStatusCode.Forbidden, (await fleet.PostAsync("/api/restores", new { tenants = new[] { tenant }, txid = "0000000000000001" }, token: "admin token")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await fleet.PostAsync("/api/hosts/web-1/commands", new { kind = "sync", tenant }, token: "another")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await fleet.PostAsync("/api/hosts/web-1/commands", new { kind = "sync", tenant }, token: "admin token")).StatusCode);
        Assert.Equal("operator", Assert.Single(fleet.Commands("web-1")).RequestedBy);
    }
}
