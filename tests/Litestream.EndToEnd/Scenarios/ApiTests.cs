using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Scenarios;

/// <summary>The local part of the contract's JSON, over the wire.</summary>
public sealed class ApiTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task Status_has_every_field_of_the_contract()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);

        using var status = await JsonAsync(agent, "/api/status");
        var root = status.RootElement;
        foreach (var name in new[] { "bucket", "replica", "watchDirs", "totalClients", "activeClients", "uptimeSeconds", "clients", "skipped" })
            Assert.True(root.TryGetProperty(name, out _), $"/api/status has no {name}: {root}");
        Assert.Equal(JsonValueKind.Null, root.GetProperty("bucket").ValueKind);
        Assert.Equal(_sandbox.ReplicaUrl, root.GetProperty("replica").GetString());
        Assert.Equal(_sandbox.Data, root.GetProperty("watchDirs")[0].GetString());
        var client = root.GetProperty("clients")[0];
        foreach (var name in new[]
                 {
                     "clientId", "databasePath", "s3Path", "status", "createdAt", "replica", "sizeBytes", "pageSize", "txid", "replicatedTxid", "lastSyncAt",
                     "lagSeconds", "lastProofAt", "lastError", "reason",
                 })
            Assert.True(client.TryGetProperty(name, out _), $"a client has no {name}: {client}");
        Assert.Equal(tenant.Path, client.GetProperty("databasePath").GetString());
        Assert.Equal($"databases/{tenant.Id}", client.GetProperty("s3Path").GetString());
        Assert.Equal(16, client.GetProperty("txid").GetString()!.Length);
        Assert.Equal(new FileInfo(tenant.Path).Length, client.GetProperty("sizeBytes").GetInt64());
        Assert.DoesNotContain('\n', root.GetRawText());
    }

    [Fact]
    public async Task Health_of_all_and_of_one_is_told()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(agent, "/api/health")).StatusCode);
        Assert.Contains(tenant.Id, await (await GetAsync(agent, "/api/health/clients")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(agent, $"/api/health/clients/{tenant.Id}")).StatusCode);
        await IsProblemAsync(await GetAsync(agent, $"/api/health/clients/{Guid.NewGuid()}"), HttpStatusCode.NotFound);
        await IsProblemAsync(await GetAsync(agent, "/api/health/clients/not-a-guid"), HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_list_is_given_in_pieces()
    {
        for (var i = 0; i < 5; i++)
            await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await Eventually.TrueAsync(async () => (await agent.StatusAsync()).TotalClients == 5, () => "five tenants\n" + agent.Said);

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            using var page = await JsonAsync(agent, $"/api/databases?limit=2{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}");
            var items = page.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("clientId").GetString()!).ToList();
            Assert.InRange(items.Count, 1, 2);
            seen.AddRange(items);
            cursor = page.RootElement.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(5, seen.Distinct().Count());
        Assert.Equal(5, seen.Count);
    }

    [Fact]
    public async Task A_tenant_is_paused_and_goes_on()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await tenant.ReplicaBecomesEqualAsync(agent);
        await MustBeOkAsync(await PutStatusAsync(agent, tenant.Id, "paused"));
        var paused = await agent.WaitForAsync(tenant.Id, client => client.Status == "paused", "is paused");
        (await WriterProgram.RunAsync(_sandbox, "write", tenant.Path, "-transactions", "50", "-mix", "insert=1")).MustSucceed();
        await agent.StopInOrderAsync();

        // A pause outlives the restart.
        using var again = await RunningAgent.StartAsync(_sandbox);
        await again.WaitForAsync(tenant.Id, client => client.Status == "paused", "is still paused");
        Assert.Equal(paused.ReplicatedTxid, (await again.ClientAsync(tenant.Id))!.ReplicatedTxid ?? paused.ReplicatedTxid);
        await MustBeOkAsync(await PutStatusAsync(again, tenant.Id, "active"));
        await tenant.ReplicaBecomesEqualAsync(again);
        await IsProblemAsync(await PutStatusAsync(again, tenant.Id, "lost"), HttpStatusCode.BadRequest);
        await IsProblemAsync(await PutStatusAsync(again, Guid.NewGuid().ToString(), "paused"), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_sync_answers_when_everything_committed_before_is_in_the_replica()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        // So long an interval that only the request can have synced.
        using var agent = await RunningAgent.StartAsync(_sandbox, "-sync-interval", "60s");
        await agent.WaitForActiveAsync(tenant.Id);
        using var application = await tenant.OpenAsync();
        for (var round = 0; round < 3; round++)
        {
            await application.InsertAsync(20);
            using var answer = await SyncAsync(agent, tenant.Id);
            await MustBeOkAsync(answer);
            using var client = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            Assert.Equal(client.RootElement.GetProperty("txid").GetString(), client.RootElement.GetProperty("replicatedTxid").GetString());
            await tenant.ReplicaEqualsAsync(agent);
        }

        await MustBeOkAsync(await PutStatusAsync(agent, tenant.Id, "paused"));
        await IsProblemAsync(await SyncAsync(agent, tenant.Id), HttpStatusCode.Conflict, "not-replicated");
        await IsProblemAsync(await SyncAsync(agent, Guid.NewGuid().ToString()), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_path_is_registered_or_refused_with_the_reason()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        Assert.True((await RegisterAsync(agent, tenant.Path)).IsSuccessStatusCode, "registering a known tenant again is no error");

        var outside = Path.Combine(_sandbox.Folder("outside"), Guid.NewGuid() + ".db");
        await WriterProgram.CreateAsync(_sandbox, outside);
        await IsProblemAsync(await RegisterAsync(agent, outside), HttpStatusCode.Forbidden, "outside-watched-directories");
        await IsProblemAsync(await RegisterAsync(agent, $"{_sandbox.Data}/../outside/{Path.GetFileName(outside)}"), HttpStatusCode.Forbidden, "outside-watched-directories");
        var link = Path.Combine(_sandbox.Data, Path.GetFileName(outside));
        File.CreateSymbolicLink(link, outside);
        var linked = await RegisterAsync(agent, link);
        Assert.True((int)linked.StatusCode is >= 400 and < 500, $"a link out of the directory: {linked.StatusCode}");
        await IsProblemAsync(await RegisterAsync(agent, _sandbox.NewTenant().Path), HttpStatusCode.NotFound, "file-not-found");
        var named = Path.Combine(_sandbox.Data, "customers.db");
        await WriterProgram.CreateAsync(_sandbox, named);
        await IsProblemAsync(await RegisterAsync(agent, named), HttpStatusCode.UnprocessableEntity, "not-a-tenant");
        await IsProblemAsync(await agent.Http.PostAsync(new Uri("/api/databases", UriKind.Relative), new StringContent("{", System.Text.Encoding.UTF8, "application/json")), HttpStatusCode.BadRequest);
        Assert.Single((await agent.StatusAsync()).Clients);
    }

    [Fact]
    public async Task Changes_from_a_foreign_page_or_host_name_are_refused()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        foreach (var (header, value) in new[] { ("Origin", "http://evil.example"), ("Host", "evil.example") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/databases/{tenant.Id}/status") { Content = JsonContent.Create(new { status = "paused" }) };
            request.Headers.TryAddWithoutValidation(header, value);
            await IsProblemAsync(await agent.Http.SendAsync(request), HttpStatusCode.Forbidden, "foreign-origin");
        }

        Assert.Equal("active", (await agent.ClientAsync(tenant.Id))!.Status);
    }

    [Fact]
    public async Task Changes_beyond_loopback_need_the_token()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using (var agent = await RunningAgent.StartAsync(_sandbox, "-bind", "0.0.0.0"))
        {
            await agent.WaitForActiveAsync(tenant.Id);
            await IsProblemAsync(await PutStatusAsync(agent, tenant.Id, "paused"), HttpStatusCode.Forbidden, "writes-disabled");
            await agent.StopInOrderAsync();
        }

        using var open = await RunningAgent.StartAsync(_sandbox, "-bind", "0.0.0.0", "-api-token", "open-sesame");
        await open.WaitForActiveAsync(tenant.Id);
        await IsProblemAsync(await PutStatusAsync(open, tenant.Id, "paused"), HttpStatusCode.Unauthorized, "token-required");
        open.Http.DefaultRequestHeaders.Add("Authorization", "Bearer wrong");
        await IsProblemAsync(await PutStatusAsync(open, tenant.Id, "paused"), HttpStatusCode.Unauthorized, "token-required");
        open.Http.DefaultRequestHeaders.Remove("Authorization");
        open.Http.DefaultRequestHeaders.Add("Authorization", "Bearer open-sesame");
        await MustBeOkAsync(await PutStatusAsync(open, tenant.Id, "paused"));
        Assert.DoesNotContain("open-sesame", open.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_and_the_page_are_served()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);

        // Counts by status are taken a few times a second at most.
        await Eventually.PassesAsync(async () => Assert.Contains("litestream_tenants{status=\"active\"} 1", await MetricsAsync(agent), StringComparison.Ordinal));
        var metrics = await MetricsAsync(agent);
        foreach (var name in new[]
                 {
                     "litestream_db_size", "litestream_wal_size", "litestream_txid", "litestream_sync_count", "litestream_checkpoint_count",
                     "litestream_replica_lag_seconds", "litestream_replica_txid", "litestream_upload_queue_depth", "litestream_spool_bytes",
                     "litestream_tenants", "litestream_hot_tenants", "litestream_replica_operation_total",
                 })
            Assert.Contains($"\n{name}", "\n" + metrics, StringComparison.Ordinal);
        Assert.Contains($"tenant=\"{tenant.Id}\"", metrics, StringComparison.Ordinal);

        var page = await GetAsync(agent, "/");
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Litestream", await page.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        await IsProblemAsync(await GetAsync(agent, "/api/nothing-here"), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Commands_ask_the_running_agent()
    {
        var tenant = await _sandbox.CreateTenantAsync();
        using var agent = await RunningAgent.StartAsync(_sandbox);
        await agent.WaitForActiveAsync(tenant.Id);
        (await PublishedProgram.RunAsync(_sandbox, "databases", "-state-dir", _sandbox.State)).MustSucceed().MustSay(tenant.Path);
        (await PublishedProgram.RunAsync(_sandbox, "status", "-state-dir", _sandbox.State)).MustSucceed().MustSay(tenant.Id, "active");
    }

    private static Task<string> MetricsAsync(RunningAgent agent) => agent.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));

    private static Task<HttpResponseMessage> GetAsync(RunningAgent agent, string address) => agent.Http.GetAsync(new Uri(address, UriKind.Relative));

    private static Task<HttpResponseMessage> PutStatusAsync(RunningAgent agent, string id, string status) =>
        agent.Http.PutAsJsonAsync($"/api/databases/{id}/status", new { status });

    private static Task<HttpResponseMessage> SyncAsync(RunningAgent agent, string id) => agent.Http.PostAsync(new Uri($"/api/databases/{id}/sync", UriKind.Relative), null);

    private static Task<HttpResponseMessage> RegisterAsync(RunningAgent agent, string path) => agent.Http.PostAsJsonAsync("/api/databases", new { path });

    private static async Task<JsonDocument> JsonAsync(RunningAgent agent, string address) => JsonDocument.Parse(await agent.Http.GetStringAsync(new Uri(address, UriKind.Relative)));

    private static async Task MustBeOkAsync(HttpResponseMessage answer) =>
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");

    private static async Task IsProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string? code = null)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode}, expected {(int)status}: {body}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(body);
        var told = problem.RootElement.GetProperty("code").GetString();
        Assert.False(string.IsNullOrEmpty(told));
        if (code is not null)
            Assert.Equal(code, told);
    }
}
