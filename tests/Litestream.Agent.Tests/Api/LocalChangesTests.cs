using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Litestream.Agent.Api.Catalogue;
using Litestream.Agent.Requests;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Tests.Api;

/// <summary>The fleet's changes, asked of one host through its own API: they run as remote commands do.</summary>
public sealed class LocalChangesTests : IAsyncLifetime, IDisposable
{
    private const string Tenant = "12345678-1234-5678-9abc-123456789012";
    private const string Fork = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";

    private readonly TestFolder _folder = new();
    private RunningAgent _agent = null!;
    private Application _application = null!;

    public async Task InitializeAsync()
    {
        _folder.File("shop.db");
        _agent = await StartAgentAsync();
        _application = new(_folder[$"clients/{Tenant}.db"]);
        _application.Sql("PRAGMA journal_mode = WAL");
        _application.Sql("CREATE TABLE t (x)");
        _application.Sql("INSERT INTO t VALUES ('before')");
        await _agent.SyncedAsync(Tenant);
    }

    public async Task DisposeAsync()
    {
        _application.Dispose();
        await _agent.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_tenant_in_use_gets_a_former_state_and_has_its_own_back_by_undo()
    {
        var before = await _agent.SyncedAsync(Tenant);
        _application.Sql("INSERT INTO t VALUES ('after')");
        await _agent.SyncedAsync(Tenant);
        var job = await EndedAsync(await AcceptedAsync("api/restores", new { tenants = new[] { Tenant }, txid = $"{before}" }));
        Assert.True(job.GetProperty("state").GetString() == JobStates.Done, $"{job}");
        Assert.Equal(["before"], _application.Sql("SELECT x FROM t"));
        Assert.True(job.GetProperty("bytes").GetInt64() > 0, $"{job}");
        var undone = await EndedAsync(await AcceptedAsync($"api/restores/{job.GetProperty("id").GetString()}/undo", null));
        Assert.True(undone.GetProperty("state").GetString() == JobStates.Done, $"{undone}");
        Assert.Equal(["before", "after"], _application.Sql("SELECT x FROM t ORDER BY rowid"));
        Assert.Equal([undone.GetProperty("id").GetString(), job.GetProperty("id").GetString()], (await ItemsAsync("api/restores")).Select(j => j.GetProperty("id").GetString()));
        Assert.Equal(["restore.undo", "restore"], (await ItemsAsync("api/audit")).Select(a => a.GetProperty("action").GetString()));
    }

    [Fact]
    public async Task A_restore_is_undone_once_and_while_that_waits_no_other_is_taken()
    {
        var before = await _agent.SyncedAsync(Tenant);
        _application.Sql("INSERT INTO t VALUES ('after')");
        await _agent.SyncedAsync(Tenant);
        var job = await EndedAsync(await AcceptedAsync("api/restores", new { tenants = new[] { Tenant }, txid = $"{before}" }));
        Assert.True(job.GetProperty("state").GetString() == JobStates.Done, $"{job}");
        var undo = $"api/restores/{job.GetProperty("id").GetString()}/undo";
        JsonElement first;
        using (var writer = new Application(_folder[$"clients/{Tenant}.db"]))
        {
            writer.Sql("BEGIN IMMEDIATE");
            first = await AcceptedAsync(undo, null);
            await IsProblem(undo, null, HttpStatusCode.Conflict, ProblemCodes.RestoreWaiting);
            await IsProblem("api/restores", new { tenants = new[] { Tenant }, txid = $"{before}" }, HttpStatusCode.Conflict, ProblemCodes.RestoreWaiting);
            await IsProblem($"api/hosts/{HostId}/commands", new { kind = CommandKinds.Restore, tenant = Tenant, txid = $"{before}" }, HttpStatusCode.Conflict, ProblemCodes.RestoreWaiting);
            writer.Sql("COMMIT");
        }
        var undone = await EndedAsync(first);
        Assert.True(undone.GetProperty("state").GetString() == JobStates.Done, $"{undone}");
        _application.Sql("INSERT INTO t VALUES ('since')");
        await IsProblem(undo, null, HttpStatusCode.Conflict, ProblemCodes.NothingToUndo);
        Assert.Equal(["before", "after", "since"], _application.Sql("SELECT x FROM t ORDER BY rowid"));
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_restored_and_leaves_nothing()
    {
        var plan = await SendAsync("api/restores", new { tenants = new[] { Tenant }, timestamp = DateTimeOffset.UtcNow, dryRun = true }, HttpStatusCode.OK);
        var step = Assert.Single(plan.GetProperty("items").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, step.GetProperty("code").ValueKind);
        Assert.Equal($"{_agent.Find(Tenant)!.Snapshot().ReplicatedTxid}", step.GetProperty("txid").GetString());
        Assert.True(step.GetProperty("sizeBytes").GetInt64() > 0);
        Assert.True(step.GetProperty("files").GetInt32() > 0);
        Assert.Equal(JsonValueKind.Null, step.GetProperty("seconds").ValueKind); // nobody has restored it yet
        Assert.Empty(await ItemsAsync("api/restores"));
        Assert.False(File.Exists(Path.Combine(_agent.Host.StateFolder, "requests.jsonl")));
    }

    [Fact]
    public async Task A_tenant_is_restored_as_another_one_and_to_a_path_and_a_place_that_is_taken_is_refused()
    {
        var fork = await EndedAsync(await AcceptedAsync("api/restores", new { tenants = new[] { Tenant }, newTenant = Fork }));
        Assert.True(fork.GetProperty("state").GetString() == JobStates.Done, $"{fork}");
        await _agent.IsActive(Fork);
        _folder.Folder("clients/aside");
        var path = _folder["clients/aside/copy.db"];
        var copy = await EndedAsync(await AcceptedAsync("api/restores", new { tenants = new[] { Tenant }, targetPath = path }));
        Assert.True(copy.GetProperty("state").GetString() == JobStates.Done, $"{copy}");
        using var reader = new Application(path);
        Assert.Equal(["before"], reader.Sql("SELECT x FROM t"));
        Directory.CreateSymbolicLink(_folder["clients/link"], _folder.Path);
        string[] paths = [path, "/srv/../etc/passwd", _folder["outside.db"], _folder["clients/link/x.db"], _folder["clients/nowhere/x.db"], _folder["clients/no-tenant.db"], _folder[$"clients/{Fork}.db"], _folder["clients/aside/x.db-wal"]];
        foreach (var targetPath in paths)
            await IsRefusedAtOnce(new { targetPath }, ProblemCodes.BadPath);
        foreach (var newTenant in new[] { Tenant, Fork })
            await IsRefusedAtOnce(new { newTenant }, ProblemCodes.BadArgument);
        Assert.Equal(2, (await ItemsAsync("api/restores")).Count);
        Assert.False(File.Exists(_folder["outside.db"]));
    }

    [Fact]
    public async Task A_guid_that_a_named_database_is_called_by_is_taken()
    {
        using var shop = await OpenShopAsync();
        var made = $"{TenantIds.Of("shop")}";
        await IsRefusedAtOnce(new { newTenant = made }, ProblemCodes.BadArgument);
        await IsRefusedAtOnce(new { targetPath = _folder[$"clients/{made}.db"] }, ProblemCodes.BadPath);
        Assert.False(File.Exists(_folder[$"clients/{made}.db"]));
    }

    [Fact]
    public async Task A_deleted_tenant_comes_back_without_anybody_naming_its_replica()
    {
        var txid = await _agent.SyncedAsync(Tenant);
        await Eventually.Becomes(() => _agent.Find(Tenant)!.Snapshot().ReplicatedTxid == txid, "it is in the replica");
        _application.Dispose();
        foreach (var file in Directory.GetFiles(_folder["clients"]))
            File.Delete(file);
        await Eventually.Becomes(() => _agent.Find(Tenant) is null, "unregistered");
        await IsProblem($"api/hosts/{HostId}/commands", new { kind = CommandKinds.Sync, tenant = Tenant }, HttpStatusCode.NotFound, ProblemCodes.UnknownTenant);
        await IsProblem("api/restores", new { tenants = new[] { Fork }, timestamp = DateTimeOffset.UtcNow }, HttpStatusCode.NotFound, ProblemCodes.UnknownTenant);
        var body = new { tenants = new[] { Tenant }, timestamp = DateTimeOffset.UtcNow };
        var plan = await SendAsync("api/restores", new { body.tenants, body.timestamp, dryRun = true }, HttpStatusCode.OK);
        Assert.Equal($"{txid}", plan.GetProperty("items")[0].GetProperty("txid").GetString());
        var job = await EndedAsync(await AcceptedAsync("api/restores", body));
        Assert.True(job.GetProperty("state").GetString() == JobStates.Done, $"{job}");
        _application = new(_folder[$"clients/{Tenant}.db"]);
        Assert.Equal(["before"], _application.Sql("SELECT x FROM t"));
        await _agent.IsActive(Tenant);
    }

    [Fact]
    public async Task A_replica_of_a_named_database_is_not_restored_over_another_tenant()
    {
        using var shop = await OpenShopAsync();
        var before = await _agent.SyncedAsync(Tenant);
        string[] replicas = [$"{_agent.Host.Stores.ReplicaUrl}/databases/shop", _agent.Find("shop")!.Snapshot().ReplicaUrl, $"{_agent.Host.Stores.ReplicaUrl}/databases/gone"];
        foreach (var replica in replicas)
        {
            var job = await EndedAsync(await AcceptedAsync("api/restores", new { tenants = new[] { Tenant }, timestamp = DateTimeOffset.UtcNow, replica }));
            Assert.Equal((JobStates.Failed, CommandErrors.BadArgument), (job.GetProperty("state").GetString(), job.GetProperty("commands")[0].GetProperty("errorCode").GetString()));
            Assert.Contains("another tenant's", job.GetProperty("error").GetString(), StringComparison.Ordinal);
        }
        Assert.Equal(["before"], _application.Sql("SELECT x FROM t"));
        Assert.Equal(before, await _agent.SyncedAsync(Tenant));
        // Its own, by its URL, is none of another's.
        shop.Sql("INSERT INTO goods VALUES ('more')");
        await _agent.SyncedAsync("shop");
        var own = await EndedAsync(await AcceptedAsync("api/restores", new { tenants = new[] { TenantIds.Of("shop") }, replica = replicas[0], timestamp = DateTimeOffset.UtcNow }));
        Assert.True(own.GetProperty("state").GetString() == JobStates.Done, $"{own}");
    }

    [Fact]
    public async Task What_is_asked_for_twice_under_one_key_happens_once()
    {
        var body = new { kind = CommandKinds.Sync, tenant = Tenant };
        var first = await AcceptedAsync($"api/hosts/{HostId}/commands", body, key: "once");
        var second = await AcceptedAsync($"api/hosts/{HostId}/commands", body, key: "once");
        Assert.Equal(first.GetProperty("id").GetString(), second.GetProperty("id").GetString());
        Assert.Single(await ItemsAsync($"api/hosts/{HostId}/commands"));
        await IsProblem($"api/hosts/{HostId}/commands", new { kind = CommandKinds.Snapshot, tenant = Tenant }, HttpStatusCode.UnprocessableEntity, ProblemCodes.IdempotencyKeyReused, "once");
        await IsProblem($"api/hosts/{HostId}/commands", body, HttpStatusCode.BadRequest, ProblemCodes.BadIdempotencyKey, key: null);
    }

    [Fact]
    public async Task Commands_run_and_a_drill_leaves_its_proof_with_the_tenant()
    {
        foreach (var kind in new[] { CommandKinds.Sync, CommandKinds.Snapshot, CommandKinds.Verify, CommandKinds.Drill, CommandKinds.Pause })
        {
            var command = await CommandEndedAsync(await AcceptedAsync($"api/hosts/{HostId}/commands", new { kind, tenant = Tenant }));
            Assert.True(command.GetProperty("state").GetString() == CommandStates.Done, $"{command}");
        }
        Assert.True(_agent.Find(Tenant)!.Snapshot().IsPaused);
        var tenant = await ReadAsync($"api/tenants/{Tenant}");
        Assert.Equal(ProofVerdicts.Pass, tenant.GetProperty("lastDrillVerdict").GetString());
        var drill = Assert.Single((await ReadAsync($"api/tenants/{Tenant}/timeline")).GetProperty("drills").EnumerateArray());
        Assert.Equal(tenant.GetProperty("lastDrillAt").GetString(), drill.GetProperty("at").GetString());
    }

    [Fact]
    public async Task What_was_asked_for_is_known_after_a_restart_of_the_agent()
    {
        var job = await EndedAsync(await AcceptedAsync("api/restores", new { tenants = new[] { Tenant }, newTenant = Fork }));
        await _agent.DisposeAsync();
        _agent = await StartAgentAsync();
        var after = await ReadAsync($"api/restores/{job.GetProperty("id").GetString()}");
        Assert.Equal(JobStates.Done, after.GetProperty("state").GetString());
        Assert.Equal("restore", Assert.Single(await ItemsAsync("api/audit")).GetProperty("action").GetString());
    }

    [Fact]
    public async Task What_an_agent_that_was_killed_left_in_the_middle_is_settled_by_the_next_and_not_done_again()
    {
        var folder = _agent.Host.StateFolder;
        var now = ItemTime.Rounded(DateTimeOffset.UtcNow);
        var command = new CommandRecord
        {
            HostId = HostId,
            Id = new UlidSource(TimeProvider.System, Random.Shared).Next(),
            Kind = CommandKinds.Restore,
            State = CommandStates.Running,
            Tenant = Guid.Parse(Tenant),
            RequestedAt = now,
            RequestedBy = "local",
            ExpiresAt = now.AddHours(1),
            ClaimedAt = now,
            ClaimedBy = "a run that ended",
            Progress = new() { Step = "fetching", At = now },
            Arguments = new() { Txid = "0000000000000001" },
        };
        await _agent.DisposeAsync();
        using (var table = new RequestTable(folder, TimeProvider.System))
            await table.WriteAsync(ItemUpdate.Of(CommandItem.Write(command), []), CancellationToken.None);
        _agent = await StartAgentAsync();
        var ended = await CommandEndedAsync(await ReadAsync($"api/hosts/{HostId}/commands/{command.Id}"));
        Assert.Equal((CommandStates.Failed, CommandErrors.Interrupted), (ended.GetProperty("state").GetString(), ended.GetProperty("errorCode").GetString()));
        Assert.Equal(["before"], _application.Sql("SELECT x FROM t"));
    }

    [Theory]
    [InlineData("{\"tenants\":[\"" + Tenant + "\"]}", HttpStatusCode.BadRequest, ProblemCodes.BadArgument)]
    [InlineData("{\"tenants\":[],\"txid\":\"0000000000000001\"}", HttpStatusCode.BadRequest, ProblemCodes.BadArgument)]
    [InlineData("{\"tenants\":[\" " + Tenant + "\"],\"txid\":\"0000000000000001\"}", HttpStatusCode.BadRequest, ProblemCodes.BadGuid)]
    [InlineData("{\"tenants\":[\"+2345678-1234-5678-9abc-123456789012\"],\"txid\":\"0000000000000001\"}", HttpStatusCode.BadRequest, ProblemCodes.BadGuid)]
    [InlineData("{\"tenants\":[\"0x345678-1234-5678-9abc-123456789012\"],\"txid\":\"0000000000000001\"}", HttpStatusCode.BadRequest, ProblemCodes.BadGuid)]
    [InlineData("{\"tenants\":[\"shop\"],\"txid\":\"0000000000000001\"}", HttpStatusCode.BadRequest, ProblemCodes.BadGuid)]
    [InlineData("{\"tenants\":[\"" + Tenant + "\"],\"txid\":\"1\"}", HttpStatusCode.BadRequest, ProblemCodes.BadTxid)]
    [InlineData("{\"tenants\":[\"" + Tenant + "\"],\"timestamp\":\"2999-01-01T00:00:00Z\"}", HttpStatusCode.BadRequest, ProblemCodes.BadTime)]
    [InlineData("{\"tenants\":[\"" + Fork + "\"],\"txid\":\"0000000000000001\"}", HttpStatusCode.NotFound, ProblemCodes.UnknownTenant)]
    [InlineData("{\"tenants\":[\"" + Tenant + "\"],\"txid\":\"0000000000000001\",\"host\":\"another\"}", HttpStatusCode.NotFound, ProblemCodes.UnknownHost)]
    [InlineData("{\"tenants\":[\"" + Tenant + "\"],\"dryRn\":true}", HttpStatusCode.BadRequest, ProblemCodes.BadBody)]
    [InlineData("{\"tenants\":[\"" + Tenant + "\"],\"txid\":\"0000000000000001\",\"dryRun\":true,\"dryRun\":false}", HttpStatusCode.BadRequest, ProblemCodes.BadBody)]
    [InlineData("[]", HttpStatusCode.BadRequest, ProblemCodes.BadBody)]
    public async Task A_restore_that_cannot_be_meant_is_refused_and_that_is_in_the_audit(string body, HttpStatusCode status, string code)
    {
        await IsProblem("api/restores", body, status, code);
        Assert.Equal(code, Assert.Single(await ItemsAsync("api/audit")).GetProperty("refused").GetString());
        Assert.Empty(await ItemsAsync("api/restores"));
    }

    [Fact]
    public async Task What_only_a_fleet_can_be_asked_is_refused()
    {
        foreach (var kind in new[] { CommandKinds.TakeOver, CommandKinds.Release, "dance" })
            await IsProblem($"api/hosts/{HostId}/commands", new { kind, tenant = Tenant }, HttpStatusCode.BadRequest, ProblemCodes.UnknownKind);
        await IsProblem("api/hosts/another/commands", new { kind = CommandKinds.Sync, tenant = Tenant }, HttpStatusCode.NotFound, ProblemCodes.UnknownHost);
        await IsProblem("api/restores/nonsense/undo", null, HttpStatusCode.NotFound, ProblemCodes.UnknownJob);
        await IsProblem("api/restores/01ARZ3NDEKTSV4RRFFQ69G5FAV/cancel", null, HttpStatusCode.NotFound, ProblemCodes.UnknownJob);
        await IsProblem("api/restores", "{\"tenants\":[\"" + new string('x', 20_000) + "\"]}", HttpStatusCode.RequestEntityTooLarge, ProblemCodes.BodyTooLarge);
    }

    [Theory]
    [InlineData("api/restores")]
    [InlineData("api/restores/01ARZ3NDEKTSV4RRFFQ69G5FAV/undo")]
    [InlineData("api/restores/01ARZ3NDEKTSV4RRFFQ69G5FAV/cancel")]
    [InlineData("api/hosts/any/commands")]
    [InlineData("api/hosts/any/commands/01ARZ3NDEKTSV4RRFFQ69G5FAV/cancel")]
    public async Task A_page_of_another_site_or_another_name_of_this_machine_changes_nothing(string address)
    {
        await IsProblem(address, "{}", HttpStatusCode.Forbidden, ProblemCodes.ForeignOrigin, header: ("Origin", "https://evil.example"));
        await IsProblem(address, "{}", HttpStatusCode.Forbidden, ProblemCodes.ForeignOrigin, header: ("Host", "rebound.example"));
        Assert.Empty(await ItemsAsync("api/audit"));
    }

    /// <summary>As a restore, as a command, and in a plan.</summary>
    private async Task IsRefusedAtOnce(object place, string code)
    {
        var asked = JsonSerializer.SerializeToElement(place).EnumerateObject().ToDictionary(m => m.Name, m => (object)m.Value);
        await IsProblem("api/restores", new Dictionary<string, object>(asked) { ["tenants"] = new[] { Tenant } }, HttpStatusCode.BadRequest, code);
        await IsProblem($"api/hosts/{HostId}/commands", new Dictionary<string, object>(asked) { ["kind"] = CommandKinds.Restore, ["tenant"] = Tenant }, HttpStatusCode.BadRequest, code);
        if (code != ProblemCodes.BadPath || !JsonSerializer.Serialize(place).Contains("..", StringComparison.Ordinal))
        {
            var plan = await SendAsync("api/restores", new Dictionary<string, object>(asked) { ["tenants"] = new[] { Tenant }, ["dryRun"] = true }, HttpStatusCode.OK);
            Assert.Equal(code, plan.GetProperty("items")[0].GetProperty("code").GetString());
        }
    }

    /// <summary>With a database that has a name beside the tenants.</summary>
    private Task<RunningAgent> StartAgentAsync() => RunningAgent.StartAsync(_folder, o => o with { Databases = [new(_folder["shop.db"], "shop")] });

    private async Task<Application> OpenShopAsync()
    {
        var shop = new Application(_folder["shop.db"]);
        shop.Sql("PRAGMA journal_mode = WAL");
        shop.Sql("CREATE TABLE goods (x)");
        await _agent.SyncedAsync("shop");
        return shop;
    }

    [Theory]
    [InlineData("api/status")]
    [InlineData("api/audit")]
    [InlineData("metrics")]
    [InlineData("")]
    public async Task A_page_under_another_name_of_this_machine_reads_nothing(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Host", "rebound.example");
        using var answer = await _agent.Http.SendAsync(request);
        Assert.Equal((HttpStatusCode.Forbidden, ProblemCodes.ForeignOrigin), (answer.StatusCode, RunningAgent.ProblemIn(await answer.Content.ReadAsStringAsync()).Code));
    }

    private string HostId => ReadAsync("api/hosts").Result.GetProperty("items")[0].GetProperty("hostId").GetString()!;

    private async Task<JsonElement> EndedAsync(JsonElement job)
    {
        var address = $"api/restores/{job.GetProperty("id").GetString()}";
        await Eventually.Becomes(() => ReadAsync(address).Result.GetProperty("state").GetString() != JobStates.Running, $"{address} has ended");
        return await ReadAsync(address);
    }

    private async Task<JsonElement> CommandEndedAsync(JsonElement command)
    {
        var address = $"api/hosts/{HostId}/commands/{command.GetProperty("id").GetString()}";
        await Eventually.Becomes(() => CommandStates.IsFinal(ReadAsync(address).Result.GetProperty("state").GetString()!), $"{address} has ended");
        return await ReadAsync(address);
    }

    private Task<JsonElement> AcceptedAsync(string address, object? body, string? key = "") => SendAsync(address, body, HttpStatusCode.Accepted, key);

    private async Task<JsonElement> SendAsync(string address, object? body, HttpStatusCode expected, string? key = "", (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, UriKind.Relative));
        if (body is not null)
            request.Content = body is string text ? new StringContent(text, System.Text.Encoding.UTF8, "application/json") : JsonContent.Create(body);
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key.Length > 0 ? key : Guid.NewGuid().ToString());
        if (header is var (name, value))
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await _agent.Http.SendAsync(request);
        var said = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{address}: {answer.StatusCode} {said}");
        using var json = JsonDocument.Parse(said);
        return json.RootElement.Clone();
    }

    private async Task IsProblem(string address, object? body, HttpStatusCode status, string code, string? key = "", (string Name, string Value)? header = null)
    {
        var problem = (await SendAsync(address, body, status, key, header)).Deserialize(FleetJson.Default.Problem)!;
        Assert.Equal(code, problem.Code);
    }

    private async Task<JsonElement> ReadAsync(string address)
    {
        using var answer = await _agent.Http.GetAsync(new Uri(address, UriKind.Relative));
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{address}: {answer.StatusCode} {body}");
        using var json = JsonDocument.Parse(body);
        return json.RootElement.Clone();
    }

    private async Task<List<JsonElement>> ItemsAsync(string address) => [.. (await ReadAsync(address)).GetProperty("items").EnumerateArray()];
}
