using System.Net;
using System.Text.Json;
using Litestream.Agent.Api.Catalogue;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.InPlace;

namespace Litestream.Agent.Tests.Api;

/// <summary>The part of the fleet's contract that one host answers of itself.</summary>
public sealed class CatalogueTests : IAsyncLifetime, IDisposable
{
    private const string First = "12345678-1234-5678-9abc-123456789012";
    private const string Second = "12345678-1234-5678-9abc-123456789013";
    private const string Third = "1fffffff-1234-5678-9abc-123456789012";
    private const string Absent = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

    private readonly TestFolder _folder = new();
    private RunningAgent _agent = null!;

    public async Task InitializeAsync() => _agent = await RunningAgent.StartAsync(_folder, o => o with
    {
        Databases = [new(_folder.File("shop.db"), "shop")],
    });

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_list_of_hosts_is_this_one_and_it_lives()
    {
        using var application = Create(First);
        await _agent.SyncedAsync(First);
        await Eventually.Becomes(() => Items(ReadAsync("api/hosts").Result)[0].GetProperty("tenants").GetInt32() == 2, "both are counted");
        var host = Assert.Single(Items(await ReadAsync("api/hosts")));
        Assert.Equal(LivenessWords.Live, host.GetProperty("liveness").GetString());
        Assert.Equal(LivenessWords.All.Order(), (await ReadAsync("api/status")).GetProperty("hostCounts").EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal(ServesWords.Host, (await ReadAsync("api/status")).GetProperty("serves").GetString());
        var id = host.GetProperty("hostId").GetString();
        Assert.Equal(id, (await ReadAsync($"api/hosts/{id}")).GetProperty("hostId").GetString());
        Assert.Equal(2, Items(await ReadAsync($"api/hosts/{id}/tenants")).Count);
        Assert.Equal(2, Items(await ReadAsync($"api/tenants?host={id}")).Count);
        await IsProblem("api/hosts/another", HttpStatusCode.NotFound, ProblemCodes.UnknownHost);
        await IsProblem("api/hosts/another/tenants", HttpStatusCode.NotFound, ProblemCodes.UnknownHost);
        await IsProblem("api/tenants?host=another", HttpStatusCode.NotFound, ProblemCodes.UnknownHost);
    }

    [Fact]
    public async Task Tenants_are_found_by_the_beginning_of_their_guid_in_its_order_and_in_pages()
    {
        using var one = Create(Third);
        using var two = Create(Second);
        using var three = Create(First);
        await Eventually.Becomes(() => _agent.Host.Stores.Count == 4, "all are registered");
        Assert.Equal([First, Second], Ids(await ReadAsync("api/tenants?prefix=12")));
        Assert.Equal([Second], Ids(await ReadAsync($"api/tenants?prefix={Second.ToUpperInvariant()}")));
        Assert.Empty(Ids(await ReadAsync("api/tenants?prefix=ab")));
        var page = await ReadAsync("api/tenants?prefix=12&limit=1");
        Assert.Equal([First], Ids(page));
        var cursor = page.GetProperty("nextCursor").GetString();
        var last = await ReadAsync($"api/tenants?prefix=12&limit=1&cursor={cursor}");
        Assert.Equal([Second], Ids(last));
        Assert.Equal(JsonValueKind.Null, last.GetProperty("nextCursor").ValueKind);
        await IsProblem($"api/tenants?prefix=1f&cursor={cursor}", HttpStatusCode.BadRequest, ProblemCodes.BadCursor);
    }

    [Fact]
    public async Task A_list_of_databases_goes_on_in_the_other_one_and_not_under_other_filters()
    {
        using var one = Create(First);
        await Eventually.Becomes(() => _agent.Host.Stores.Count == 2, "both are registered");
        var cursor = (await ReadAsync("api/status?limit=1")).GetProperty("nextCursor").GetString();
        Assert.Equal("shop", Assert.Single(Items(await ReadAsync($"api/databases?cursor={cursor}"))).GetProperty("clientId").GetString());
        await IsProblem($"api/databases?q=s&cursor={cursor}", HttpStatusCode.BadRequest, ProblemCodes.BadCursor);
        await IsProblem($"api/tenants?prefix=12&cursor={cursor}", HttpStatusCode.BadRequest, ProblemCodes.BadCursor);
    }

    [Fact]
    public async Task A_tenant_is_shown_as_it_is_now_with_what_it_needs_to_be_restored()
    {
        using var application = Create(First);
        var txid = await _agent.SyncedAsync(First);
        var tenant = await ReadAsync($"api/tenants/{First}");
        Assert.Equal(HealthWords.Healthy, tenant.GetProperty("health").GetString());
        Assert.Equal(_folder[$"clients/{First}.db"], tenant.GetProperty("databasePath").GetString());
        Assert.Equal($"{txid}", tenant.GetProperty("replicatedTxid").GetString());
        Assert.StartsWith("file://", tenant.GetProperty("replica").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, tenant.GetProperty("name").ValueKind);
        Assert.InRange(tenant.GetProperty("since").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-2), DateTimeOffset.UtcNow);
    }

    [Theory]
    [InlineData("api/tenants", HttpStatusCode.BadRequest, ProblemCodes.BadParameter)]
    [InlineData("api/tenants?prefix=1", HttpStatusCode.BadRequest, ProblemCodes.BadParameter)]
    [InlineData("api/tenants?prefix=xy", HttpStatusCode.BadRequest, ProblemCodes.BadParameter)]
    [InlineData("api/tenants?prefix=12&problems=true", HttpStatusCode.BadRequest, ProblemCodes.BadParameter)]
    [InlineData("api/tenants?prefix=12&limit=1001", HttpStatusCode.BadRequest, ProblemCodes.BadParameter)]
    [InlineData("api/tenants?prefix=12&cursr=x", HttpStatusCode.BadRequest, ProblemCodes.BadParameter)]
    [InlineData("api/tenants?prefix=12&cursor=nonsense", HttpStatusCode.BadRequest, ProblemCodes.BadCursor)]
    [InlineData("api/hosts?cursor=nonsense", HttpStatusCode.BadRequest, ProblemCodes.BadCursor)]
    [InlineData("api/problems?limit=501", HttpStatusCode.BadRequest, ProblemCodes.BadParameter)]
    [InlineData("api/status?cursor=shop", HttpStatusCode.BadRequest, ProblemCodes.BadCursor)]
    [InlineData("api/databases?cursor=shop", HttpStatusCode.BadRequest, ProblemCodes.BadCursor)]
    [InlineData("api/health/clients?cursor=shop", HttpStatusCode.BadRequest, ProblemCodes.BadCursor)]
    [InlineData("api/status?page=2", HttpStatusCode.BadRequest, ProblemCodes.BadParameter)]
    [InlineData("api/databases?page=2", HttpStatusCode.BadRequest, ProblemCodes.BadParameter)]
    [InlineData("api/databases/shop?page=2", HttpStatusCode.BadRequest, ProblemCodes.BadParameter)]
    [InlineData("api/health/clients?page=2", HttpStatusCode.BadRequest, ProblemCodes.BadParameter)]
    [InlineData("api/health/clients/shop?page=2", HttpStatusCode.BadRequest, ProblemCodes.BadParameter)]
    [InlineData("api/restores/01ARZ3NDEKTSV4RRFFQ69G5FAV?page=2", HttpStatusCode.BadRequest, ProblemCodes.BadParameter)]
    [InlineData("api/hosts/any/commands/01ARZ3NDEKTSV4RRFFQ69G5FAV?page=2", HttpStatusCode.BadRequest, ProblemCodes.BadParameter)]
    [InlineData("api/hosts/nobody/commands", HttpStatusCode.NotFound, ProblemCodes.UnknownHost)]
    [InlineData("api/tenants/%20" + Absent, HttpStatusCode.BadRequest, ProblemCodes.BadGuid)]
    [InlineData("api/problems?cursor=nonsense", HttpStatusCode.BadRequest, ProblemCodes.BadCursor)]
    [InlineData("api/tenants/shop", HttpStatusCode.BadRequest, ProblemCodes.BadGuid)]
    [InlineData("api/tenants/" + Absent, HttpStatusCode.NotFound, ProblemCodes.UnknownTenant)]
    [InlineData("api/tenants/" + Absent + "/timeline", HttpStatusCode.NotFound, ProblemCodes.UnknownTenant)]
    [InlineData("api/tenants/" + Absent + "/timeline?cursor=xyz", HttpStatusCode.BadRequest, ProblemCodes.BadTxid)]
    public async Task What_cannot_be_read_is_a_problem_document_with_the_code_of_the_fleet(string address, HttpStatusCode status, string code) => await IsProblem(address, status, code);

    [Fact]
    public async Task A_database_that_has_a_name_and_no_guid_is_a_tenant_whose_guid_is_made_of_its_name()
    {
        using var application = new Application(_folder["shop.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        await _agent.SyncedAsync("shop");
        var id = TenantIds.Of("shop").ToString();
        Assert.Equal("fff8583a-4159-8404-8406-08247c693030", id);
        var tenant = await ReadAsync($"api/tenants/{id}");
        Assert.Equal(("shop", id), (tenant.GetProperty("name").GetString(), tenant.GetProperty("tenantId").GetString()));
        Assert.Equal([id], Ids(await ReadAsync($"api/tenants?prefix={id[..4]}")));
        Assert.NotEmpty((await ReadAsync($"api/tenants/{id}/timeline")).GetProperty("points").EnumerateArray());
    }

    [Fact]
    public async Task A_timeline_has_what_the_replica_can_give_and_what_an_undo_goes_back_to()
    {
        using var application = Create(First);
        var before = await _agent.SyncedAsync(First);
        application.Sql("INSERT INTO t VALUES (1)");
        await _agent.SyncedAsync(First);
        await _agent.Find(First)!.RestoreInPlaceAsync(new InPlaceOptions { Txid = before }, null, CancellationToken.None);
        var timeline = await ReadAsync($"api/tenants/{First}/timeline");
        Assert.Contains($"{before}", timeline.GetProperty("points").EnumerateArray().Select(p => p.GetProperty("txid").GetString()));
        Assert.True(Assert.Single(timeline.GetProperty("ranges").EnumerateArray()).GetProperty("points").GetInt32() >= 3);
        Assert.True(Assert.Single(timeline.GetProperty("labels").EnumerateArray()).GetProperty("isUndo").GetBoolean());
        var page = await ReadAsync($"api/tenants/{First}/timeline?limit=1&exact=true");
        Assert.Single(page.GetProperty("points").EnumerateArray());
        var older = await ReadAsync($"api/tenants/{First}/timeline?cursor={page.GetProperty("nextCursor").GetString()}");
        Assert.Equal(timeline.GetProperty("points").GetArrayLength() - 1, older.GetProperty("points").GetArrayLength());
    }

    [Fact]
    public async Task What_is_wrong_is_listed_with_when_it_began_and_one_entry_a_page_if_so_asked()
    {
        using var one = Create(First);
        using var two = Create(Second);
        await _agent.SyncedAsync(First);
        await _agent.SyncedAsync(Second);
        Assert.Empty(Items(await ReadAsync("api/problems")));
        var began = DateTimeOffset.UtcNow.AddSeconds(-1);
        _ = new BlockedFolder(_folder[$"replica/databases/{First}"]);
        _ = new BlockedFolder(_folder[$"replica/databases/{Second}"]);
        one.Sql("INSERT INTO t VALUES (1)");
        two.Sql("INSERT INTO t VALUES (1)");
        await Eventually.Becomes(() => _agent.Find(First)!.Snapshot().Status == DatabaseStatus.Error && _agent.Find(Second)!.Snapshot().Status == DatabaseStatus.Error, "both fail");
        var problems = Items(await ReadAsync("api/problems"));
        Assert.Equal(2, problems.Count);
        Assert.All(problems, p => Assert.Equal((ProblemWords.Error, 2, 1), (p.GetProperty("kind").GetString(), p.GetProperty("severity").GetInt32(), p.GetProperty("tenants").GetInt32())));
        Assert.All(problems, p => Assert.InRange(p.GetProperty("since").GetDateTimeOffset(), began, DateTimeOffset.UtcNow));
        Assert.All(problems, p => Assert.False(string.IsNullOrEmpty(p.GetProperty("detail").GetString())));
        var page = await ReadAsync("api/tenants?problems=true&limit=1");
        var rest = await ReadAsync($"api/tenants?problems=true&limit=1&cursor={page.GetProperty("nextCursor").GetString()}");
        Assert.Equal(new[] { First, Second }.Order(), Ids(page).Concat(Ids(rest)).Order());
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("nextCursor").ValueKind);
        Assert.Equal(HealthWords.Unhealthy, Items(rest)[0].GetProperty("health").GetString());
    }

    [Theory]
    [InlineData("api/tenants/" + First)]
    [InlineData("api/tenants?prefix=12")]
    [InlineData("api/tenants/" + First + "/timeline")]
    [InlineData("api/problems")]
    public async Task Who_has_an_answer_already_gets_304_until_it_changes(string address)
    {
        using var application = Create(First);
        await _agent.SyncedAsync(First);
        await _agent.IsActive(First);
        // Cooling and the like come a moment later: an answer that stays for two looks is one to compare with.
        await Eventually.Becomes(() => StatusOf(address, TagOf(address)) == HttpStatusCode.NotModified, $"{address} stays as it is");
        Assert.Equal(HttpStatusCode.OK, StatusOf(address, "\"another\""));
    }

    private string TagOf(string address)
    {
        using var answer = _agent.Http.GetAsync(new Uri(address, UriKind.Relative)).Result;
        return answer.Headers.ETag!.ToString();
    }

    private HttpStatusCode StatusOf(string address, string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        using var answer = _agent.Http.SendAsync(request).Result;
        return answer.StatusCode;
    }

    private Application Create(string id)
    {
        var application = new Application(_folder[$"clients/{id}.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        return application;
    }

    private async Task<JsonElement> ReadAsync(string address)
    {
        using var answer = await _agent.Http.GetAsync(new Uri(address, UriKind.Relative));
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{address}: {answer.StatusCode} {body}");
        using var json = JsonDocument.Parse(body);
        return json.RootElement.Clone();
    }

    private async Task IsProblem(string address, HttpStatusCode status, string code)
    {
        using var answer = await _agent.Http.GetAsync(new Uri(address, UriKind.Relative));
        Assert.Equal(Problem.MediaType, answer.Content.Headers.ContentType?.MediaType);
        var problem = RunningAgent.ProblemIn(await answer.Content.ReadAsStringAsync());
        Assert.Equal((status, code), (answer.StatusCode, problem.Code));
    }

    private static List<JsonElement> Items(JsonElement list) => [.. list.GetProperty("items").EnumerateArray()];

    private static List<string> Ids(JsonElement list) => [.. Items(list).Select(i => i.GetProperty("tenantId").GetString()!)];
}
