using System.Text.Json;
using Litestream.Agent.Tests;
using Litestream.Cloud.Tests;
using Litestream.Contract.Tests.Document;
using Litestream.EndToEnd.Needs;
using Litestream.Fleet;
using Litestream.Fleet.Items;

namespace Litestream.Contract.Tests;

/// <summary>What both programs really answer is what docs/api/openapi.json says, member by member and code by code.</summary>
public sealed class AnswerTests : IDisposable
{
    private const string Tenant = "12345678-1234-5678-9abc-123456789012";
    private const string Failing = "12345678-1234-5678-9abc-123456789013";
    private const string Absent = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
    private const string NoTxid = "0000000000000001";
    private const string NoUlid = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsNode]
    public async Task A_host_answers_as_the_document_says()
    {
        await using var agent = await RunningAgent.StartAsync(_folder, o => o with { Databases = [new(_folder.File("shop.db"), "shop")] });
        using var application = Create(Tenant);
        using var failing = Create(Failing);
        var txid = await agent.SyncedAsync(Tenant);
        await agent.SyncedAsync(Failing);
        var blocked = new BlockedFolder(_folder[$"replica/databases/{Failing}"]);
        failing.Sql("INSERT INTO t VALUES (2)");
        application.Sql("INSERT INTO t VALUES (2)");
        await agent.SyncedAsync(Tenant);
        await Eventually.Becomes(() => agent.Find(Failing)!.Snapshot().Status == DatabaseStatus.Error, "one is in trouble");
        var conversation = new Conversation(agent.Http);
        var served = ServedRoutes.Of(agent.Host.Api.Endpoints);
        var host = (await conversation.GetAsync("/api/hosts")).GetProperty("items")[0].GetProperty("hostId").GetString()!;
        await ReadAsync(conversation, served, host);
        await ChangeAsync(conversation, host, $"{txid}", job => Eventually.Becomes(
            () => agent.Http.GetStringAsync($"/api/restores/{job}").Result.Contains("\"state\":\"done\"", StringComparison.Ordinal), $"{job} is done"));
        await DatabasesAsync(conversation);
        await RefuseAsync(conversation, host);
        await Eventually.Becomes(() => agent.Http.GetAsync("/api/health").Result.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable, "somebody must look");
        await conversation.GetAsync("/api/health");
        await conversation.GetAsync("/api/health/clients/{id}", "", Failing);
        blocked.Unblock();
        await Eventually.Becomes(() => agent.Http.GetAsync("/api/health").Result.IsSuccessStatusCode, "all is well again");
        await conversation.GetAsync("/api/health");
        await conversation.KeepsLimitsAsync(served, "host", o => Sample(o, host));
        await conversation.ExpectFitAsync(served);
    }

    [NeedsNode]
    public async Task A_fleet_answers_as_the_document_says()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        fleet.Host("web-2", TimeSpan.FromHours(1));
        var (tenant, replica) = (Guid.Parse(Tenant), $"file://{_folder.Path}/nothing/databases/{Tenant}");
        fleet.Tenant("web-1", t => t with { Tenant = tenant, Replica = replica, UndoTxid = "000000000000002a", UndoUntil = SeededFleet.Now.AddDays(1) });
        fleet.Put(TenantItem.Write(FleetItems.Tenant(Guid.Parse(Failing), "web-1", ProblemWords.Error, SeededFleet.Now)));
        fleet.Put(ProofItem.Write(new() { Tenant = tenant, At = SeededFleet.Now, Verdict = ProofVerdicts.Fail, By = "web-1", Checks = "sum,integrity", Detail = "a page differs" }));
        var conversation = new Conversation(fleet.Cloud.Http);
        var served = ServedRoutes.Of(fleet.Cloud.Application);
        await ReadAsync(conversation, served, "web-1");
        await ChangeAsync(conversation, "web-1", "000000000000002a", _ =>
        {
            fleet.End(fleet.Commands("web-1").Single(), CommandStates.Done, before: "000000000000002a");
            return Task.CompletedTask;
        });
        await RefuseAsync(conversation, "web-1");
        await conversation.SendAsync("POST", "/api/restores", "", new { tenants = new[] { Tenant }, host = "web-2", newTenant = Absent });
        await conversation.SendAsync("POST", "/api/hosts/{id}/commands", "", new { kind = CommandKinds.Release, tenant = Tenant, epoch = 1 }, "web-1");
        fleet.Host("web-3", TimeSpan.FromHours(1));
        fleet.Put(HostDigestItem.Write(fleet.Host("web-4") with { DiskFreeBytes = 1L << 40, DiskBytes = 1L << 41 }));
        var left = fleet.Tenant("web-3", t => t with { SizeBytes = 4096 }).Tenant;
        await BringAsync(conversation, "/api/evacuations", new { from = "web-3", to = new[] { "web-4" } }, new { from = "web-1", to = new[] { "web-4" } }, new { from = "web-3" }, new { from = "web-3", to = new[] { "web-4" }, tenants = new[] { Absent } });
        await BringAsync(conversation, "/api/moves", new { tenantId = Tenant, to = "web-4" }, new { tenantId = left, to = "web-4" }, new { tenantId = Tenant }, new { tenantId = "x", to = "web-4" }, new { tenantId = Absent, to = "web-4" });
        await conversation.GetAsync("/api/health");
        await conversation.KeepsLimitsAsync(served, "fleet", o => Sample(o, "web-1"));
        await conversation.ExpectFitAsync(served);
    }

    /// <summary>What has its own address and is there from the start: jobs and commands are read where they are asked for.</summary>
    private static async Task ReadAsync(Conversation conversation, ServedRoutes served, string host)
    {
        foreach (var operation in Operations.All.Where(o => o.IsRead && served.Has(o) && o.Tag is not ("Databases" or "Commands") && !(o.Tag is "Restores" or "Drills" or "Evacuations" or "Moves" && o.Path.Contains('{', StringComparison.Ordinal))))
        {
            var (query, ids) = Sample(operation, host);
            await conversation.GetAsync(operation.Path, query, ids);
        }
        await conversation.GetAsync("/api/tenants", "?problems=true");
        await conversation.GetAsync("/api/tenants", $"?host={host}");
        await conversation.GetAsync("/api/tenants/{id}/timeline", "?exact=true", Tenant);
    }

    /// <param name="conversation">With one of the two.</param>
    /// <param name="host">That is told what to do.</param>
    /// <param name="txid">Of a state of the tenant.</param>
    /// <param name="end">Completes when a restore is done.</param>
    private static async Task ChangeAsync(Conversation conversation, string host, string txid, Func<string, Task> end)
    {
        await conversation.SendAsync("POST", "/api/restores", "", new { tenants = new[] { Tenant, Absent }, timestamp = DateTimeOffset.UtcNow, dryRun = true });
        var job = (await conversation.SendAsync("POST", "/api/restores", "", new { tenants = new[] { Tenant }, txid })).GetProperty("id").GetString()!;
        await end(job);
        await conversation.GetAsync("/api/restores");
        await conversation.GetAsync("/api/restores/{id}", "", job);
        await conversation.SendAsync("POST", "/api/restores/{id}/undo", "", new { }, job);
        // Of a tenant whose replica is away: what is asked for waits, and can be called back.
        var sync = (await conversation.SendAsync("POST", "/api/hosts/{id}/commands", "", new { kind = CommandKinds.Sync, tenant = Failing }, host)).GetProperty("id").GetString()!;
        var waiting = (await conversation.SendAsync("POST", "/api/restores", "", new { tenants = new[] { Failing }, newTenant = Absent })).GetProperty("id").GetString()!;
        await conversation.GetAsync("/api/hosts/{id}/commands", "", host);
        await conversation.GetAsync("/api/hosts/{id}/commands/{command}", "", host, sync);
        await conversation.SendAsync("POST", "/api/restores/{id}/cancel", "", null, waiting);
        await conversation.SendAsync("POST", "/api/hosts/{id}/commands/{command}/cancel", "", null, host, sync);
        await conversation.SendAsync("POST", "/api/restores/{id}/cancel", "", null, waiting);
        await conversation.SendAsync("POST", "/api/drills", "", new { tenants = new[] { Tenant, Absent }, dryRun = true });
        var drill = (await conversation.SendAsync("POST", "/api/drills", "", new { host })).GetProperty("id").GetString()!;
        await conversation.GetAsync("/api/drills");
        await conversation.GetAsync("/api/drills/{id}", "", drill);
        await conversation.SendAsync("POST", "/api/drills/{id}/cancel", "", null, drill);
        await conversation.SendAsync("POST", "/api/drills/{id}/cancel", "", null, drill);
        await conversation.GetAsync("/api/audit");
        await conversation.GetAsync("/api/tenants/{id}/timeline", "", Tenant);
    }

    private static async Task RefuseAsync(Conversation conversation, string host)
    {
        foreach (var (path, query, ids) in new (string, string, string[])[]
        {
            ("/api/status", "?limit=0", []), ("/api/problems", "?cursor=x", []), ("/api/audit", "?day=yesterday", []), ("/api/hosts", "?cursor=x", []), ("/api/hosts/{id}", "", ["nobody"]),
            ("/api/hosts/{id}/tenants", "", ["nobody"]), ("/api/tenants", "", []), ("/api/tenants", "?host=nobody", []), ("/api/tenants", "?prefix=12&cursor=x", []), ("/api/tenants/{id}", "", ["x"]),
            ("/api/tenants/{id}", "", [Absent]), ("/api/tenants/{id}/timeline", "", [Absent]), ("/api/tenants/{id}/timeline", "?cursor=x", [Tenant]), ("/api/restores", "?cursor=x", []),
            ("/api/restores/{id}", "", [NoUlid]), ("/api/hosts/{id}/commands", "?limit=0", [host]), ("/api/hosts/{id}/commands", "", ["no host"]), ("/api/drills", "?cursor=x", []), ("/api/drills/{id}", "", [NoUlid]), ("/api/hosts/{id}/commands/{command}", "", [host, NoUlid]),
        })
            await conversation.GetAsync(path, query, ids);
        foreach (var body in new object[]
        {
            "{", "{\"tenant\":1}", new { tenants = Array.Empty<string>() }, new { tenants = new[] { "x" }, txid = NoTxid }, new { tenants = new[] { Tenant }, txid = "1" }, new { tenants = new[] { Tenant }, txid = NoTxid, host = "nobody" },
            new { tenants = new[] { Absent }, txid = NoTxid }, new { tenants = new[] { Tenant }, timestamp = "2999-01-01T00:00:00Z" }, new { tenants = new[] { Tenant }, targetPath = "../x" },
            new { tenants = Enumerable.Repeat(Tenant, 101), timestamp = DateTimeOffset.UtcNow },
        })
            await conversation.SendAsync("POST", "/api/restores", "", body);
        foreach (var body in new object[] { new { }, new { tenants = new[] { Tenant }, host }, new { tenants = new[] { "x" } }, new { tenants = new[] { Absent } }, new { host = "nobody" }, new { tenants = Enumerable.Repeat(Tenant, 1001) } })
            await conversation.SendAsync("POST", "/api/drills", "", body);
        foreach (var body in new object[] { new { kind = "dance", tenant = Tenant }, new { kind = CommandKinds.Sync, tenant = Absent }, new { kind = CommandKinds.Sync, tenant = "x" }, new { kind = CommandKinds.Sync, tenant = Tenant, txid = NoTxid } })
            await conversation.SendAsync("POST", "/api/hosts/{id}/commands", "", body, host);
        await conversation.SendAsync("POST", "/api/restores/{id}/undo", "", null, NoUlid);
        await conversation.SendAsync("POST", "/api/restores/{id}/cancel", "", "{\"now\":true}", NoUlid);
        await conversation.SendAsync("POST", "/api/hosts/{id}/commands/{command}/cancel", "", null, host, NoUlid);
    }

    /// <summary>What a fleet has beside its hosts: a tenant comes to another one of them.</summary>
    /// <param name="conversation">With a fleet.</param>
    /// <param name="address">Of jobs that bring tenants.</param>
    /// <param name="wish">That can be had.</param>
    /// <param name="refused">Ones that cannot.</param>
    private static async Task BringAsync(Conversation conversation, string address, object wish, params object[] refused)
    {
        var plan = JsonSerializer.SerializeToNode(wish)!;
        plan["dryRun"] = true;
        await conversation.SendAsync("POST", address, "", plan.ToJsonString());
        var job = (await conversation.SendAsync("POST", address, "", wish)).GetProperty("id").GetString()!;
        await conversation.GetAsync(address);
        await conversation.GetAsync($"{address}/{{id}}", "", job);
        await conversation.SendAsync("POST", $"{address}/{{id}}/cancel", "", null, job);
        await conversation.SendAsync("POST", $"{address}/{{id}}/cancel", "", null, job);
        foreach (var body in refused.Prepend("{"))
            await conversation.SendAsync("POST", address, "", body);
        await conversation.GetAsync(address, "?cursor=x");
        await conversation.GetAsync($"{address}/{{id}}", "", NoUlid);
        await conversation.SendAsync("POST", $"{address}/{{id}}/cancel", "", null, NoUlid);
    }

    /// <summary>What an agent has beside the contract.</summary>
    private async Task DatabasesAsync(Conversation conversation)
    {
        await conversation.GetAsync("/api/databases", $"?q={Tenant}&status=active&unhealthy=false");
        await conversation.GetAsync("/api/databases/{id}", "", "shop");
        await conversation.GetAsync("/api/databases/{id}", "", Absent);
        await conversation.SendAsync("POST", "/api/databases", "", new { path = _folder[$"clients/{Tenant}.db"] });
        await conversation.SendAsync("POST", "/api/databases", "", new { path = _folder[$"clients/{Absent}.db"] });
        await conversation.SendAsync("POST", "/api/databases", "", new { path = "/srv/elsewhere.db" });
        await conversation.SendAsync("POST", "/api/databases/{id}/sync", "", null, Tenant);
        await conversation.SendAsync("PUT", "/api/databases/{id}/status", "", new { status = "fast" }, Tenant);
        await conversation.SendAsync("PUT", "/api/databases/{id}/status", "", new { status = StatusWords.Paused }, Tenant);
        await conversation.SendAsync("POST", "/api/databases/{id}/sync", "", null, Tenant);
        await conversation.SendAsync("PUT", "/api/databases/{id}/status", "", new { status = StatusWords.Active }, Tenant);
        await conversation.GetAsync("/api/health/clients");
        await conversation.GetAsync("/api/health/clients/{id}", "", "shop");
    }

    /// <summary>A request that succeeds.</summary>
    private static (string Query, string[] Ids) Sample(Operation operation, string host) => operation.Path switch
    {
        "/api/tenants" => ("?prefix=12", []),
        "/api/hosts/{id}" or "/api/hosts/{id}/tenants" or "/api/hosts/{id}/commands" => ("", [host]),
        "/api/tenants/{id}" or "/api/tenants/{id}/timeline" or "/api/databases/{id}" or "/api/health/clients/{id}" => ("", [Tenant]),
        _ => ("", []),
    };

    private Application Create(string id)
    {
        var application = new Application(_folder[$"clients/{id}.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        return application;
    }
}
