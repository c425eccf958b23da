using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Litestream.Agent.Api;
using Litestream.Fleet;

namespace Litestream.Agent.Tests.Api;

public sealed class LocalApiTests : IAsyncLifetime, IDisposable
{
    private const string Guid = "12345678-1234-5678-9abc-123456789012";
    private const string Other = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

    private readonly TestFolder _folder = new();
    private RunningAgent _agent = null!;

    public async Task InitializeAsync()
    {
        _folder.Folder("clients");
        _folder.File($"clients/{Guid}.db");
        _agent = await RunningAgent.StartAsync(_folder);
    }

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Status_has_the_fields_of_the_contract_in_compact_json()
    {
        var body = await _agent.Http.GetStringAsync("api/status");
        Assert.DoesNotContain("\n", body, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(body);
        string[] report = ["bucket", "replica", "watchDirs", "totalClients", "activeClients", "uptimeSeconds", "clients", "nextCursor", "counts", "skipped"];
        Assert.All(report, name => Assert.True(json.RootElement.TryGetProperty(name, out _), name));
        string[] client =
        [
            "clientId", "databasePath", "s3Path", "status", "createdAt", "replica", "sizeBytes", "pageSize", "txid", "replicatedTxid",
            "lastSyncAt", "lagSeconds", "lastProofAt", "lastError", "reason",
        ];
        Assert.All(client, name => Assert.True(json.RootElement.GetProperty("clients")[0].TryGetProperty(name, out _), name));
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("bucket").ValueKind);
        Assert.Equal(StatusWords.All.Order(), json.RootElement.GetProperty("counts").EnumerateObject().Select(p => p.Name).Order());
    }

    [Fact]
    public async Task A_tenant_in_wal_mode_is_shown_with_its_transaction_in_16_hexadecimal_digits_and_utc_times()
    {
        using var application = new Application(_folder[$"clients/{Guid}.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        await _agent.SyncedAsync(Guid);
        using var json = JsonDocument.Parse(await _agent.Http.GetStringAsync($"api/databases/{Guid.ToUpperInvariant()}"));
        Assert.Matches("^[0-9a-f]{16}$", json.RootElement.GetProperty("replicatedTxid").GetString());
        Assert.Equal("active", json.RootElement.GetProperty("status").GetString());
        Assert.Equal(TimeSpan.Zero, json.RootElement.GetProperty("lastSyncAt").GetDateTimeOffset().Offset);
        Assert.Equal($"databases/{Guid}", json.RootElement.GetProperty("s3Path").GetString());
    }

    [Fact]
    public async Task A_long_list_comes_in_pages_that_neither_miss_nor_repeat_a_tenant()
    {
        var ids = Enumerable.Range(0, 25).Select(i => $"00000000-0000-0000-0000-{i:d12}").ToList();
        foreach (var id in ids)
            _folder.File($"clients/{id}.db");
        await Eventually.Becomes(() => _agent.Host.Stores.Count == 26, "all are registered");
        var seen = new List<string>();
        var cursor = "";
        do
        {
            var page = await _agent.StatusAsync($"?limit=10{cursor}");
            Assert.InRange(page.Clients.Count, 1, 10);
            seen.AddRange(page.Clients.Select(c => c.ClientId));
            cursor = page.NextCursor is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);
        Assert.Equal([.. ids, Guid], seen);
        Assert.Equal([ids[7]], (await _agent.StatusAsync("?q=00000007.DB")).Clients.Select(c => c.ClientId));
        Assert.Empty((await _agent.StatusAsync("?status=split-brain")).Clients);
    }

    [Theory]
    [InlineData("api/status?limit=0", ProblemCodes.BadParameter)]
    [InlineData("api/status?limit=-1", ProblemCodes.BadParameter)]
    [InlineData("api/status?limit=abc", ProblemCodes.BadParameter)]
    [InlineData("api/status?limit=99999999999", ProblemCodes.BadParameter)]
    [InlineData("api/status?limit=1&limit=2", ProblemCodes.BadParameter)]
    [InlineData("api/status?status=fine", ProblemCodes.BadParameter)]
    [InlineData("api/databases/not-a-guid", ProblemCodes.BadGuid)]
    [InlineData("api/databases/..%2f..%2fetc%2fpasswd", ProblemCodes.BadGuid)]
    [InlineData("api/databases/%01%7f", ProblemCodes.BadGuid)]
    [InlineData("api/databases/%7B12345678-1234-5678-9abc-123456789012%7D", ProblemCodes.BadGuid)]
    [InlineData("api/databases/" + Other, ProblemCodes.UnknownClient)]
    [InlineData("api/health/clients/" + Other, ProblemCodes.UnknownClient)]
    [InlineData("api/nonsense", ProblemCodes.NotFound)]
    [InlineData("../../etc/passwd", ProblemCodes.NotFound)]
    [InlineData("assets/../../x", ProblemCodes.NotFound)]
    public async Task What_cannot_be_read_is_a_problem_document_with_a_stable_code(string address, string code)
    {
        using var answer = await _agent.Http.GetAsync(new Uri(address, UriKind.Relative));
        await IsProblem(answer, code);
    }

    [Theory]
    [InlineData("api/status")]
    [InlineData("api/health")]
    [InlineData("api/hosts")]
    [InlineData("metrics")]
    public async Task A_monitor_that_asks_for_the_head_gets_what_a_reader_would_and_no_body(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(address, UriKind.Relative));
        using var answer = await _agent.Http.SendAsync(request);
        using var read = await _agent.Http.GetAsync(new Uri(address, UriKind.Relative));
        Assert.Equal((read.StatusCode, $"{read.Content.Headers.ContentType}"), (answer.StatusCode, $"{answer.Content.Headers.ContentType}"));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("POST", "api/status", "GET")]
    [InlineData("DELETE", "api/databases", "GET, POST")]
    [InlineData("GET", "api/databases/" + Guid + "/status", "PUT")]
    public async Task A_method_that_is_not_possible_is_told_which_are(string method, string address, string allowed)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(address, UriKind.Relative));
        using var answer = await _agent.Http.SendAsync(request);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, allowed), (answer.StatusCode, string.Join(", ", answer.Content.Headers.Allow.Order())));
    }

    [Fact]
    public async Task A_limit_in_the_query_that_is_too_long_is_refused() =>
        await IsProblem(await _agent.Http.GetAsync($"api/status?q={new string('x', 3000)}"), ProblemCodes.BadParameter);

    [Theory]
    [InlineData("POST", "api/status", ProblemCodes.MethodNotAllowed)]
    [InlineData("DELETE", "api/databases", ProblemCodes.MethodNotAllowed)]
    [InlineData("GET", "api/databases/" + Guid + "/status", ProblemCodes.MethodNotAllowed)]
    public async Task A_method_that_an_address_does_not_have_is_told(string method, string address, string code)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(address, UriKind.Relative));
        await IsProblem(await _agent.Http.SendAsync(request), code);
    }

    [Theory]
    [InlineData("{\"path\":\"\"}", 400, ProblemCodes.BadPath)]
    [InlineData("{}", 400, ProblemCodes.BadPath)]
    [InlineData("{\"path\":null}", 400, ProblemCodes.BadPath)]
    [InlineData("{\"path\":\"relative.db\"}", 400, ProblemCodes.BadPath)]
    [InlineData("{\"path\":\"/a\\u0000b\"}", 400, ProblemCodes.BadPath)]
    [InlineData("{\"path\":\"/etc/passwd\"}", 403, ProblemCodes.OutsideWatchedDirectories)]
    [InlineData("{\"path\":\"/\"}", 403, ProblemCodes.OutsideWatchedDirectories)]
    [InlineData("{\"path\":\"CLIENTS/../secret.db\"}", 403, ProblemCodes.OutsideWatchedDirectories)]
    [InlineData("{\"path\":\"CLIENTS/below/" + Other + ".db\"}", 403, ProblemCodes.OutsideWatchedDirectories)]
    [InlineData("{\"path\":\"CLIENTS/" + Other + ".db\"}", 404, ProblemCodes.FileNotFound)]
    [InlineData("{\"path\":\"CLIENTS/legacy.db\"}", 422, ProblemCodes.NotATenant)]
    [InlineData("{\"path\":\"CLIENTS/legacy.txt\"}", 422, ProblemCodes.NotATenant)]
    [InlineData("{\"path\":\"CLIENTS/00000000-0000-0000-0000-000000000001.db\"}", 422, ProblemCodes.NotATenant)]
    [InlineData("{\"path\":\"CLIENTS/" + Guid + ".sqlite\"}", 409, ProblemCodes.DuplicateTenant)]
    [InlineData("{\"path\":", 400, ProblemCodes.BadBody)]
    [InlineData("[]", 400, ProblemCodes.BadBody)]
    [InlineData("{\"path\":5}", 400, ProblemCodes.BadBody)]
    [InlineData("null", 400, ProblemCodes.BadBody)]
    [InlineData("", 400, ProblemCodes.BadBody)]
    public async Task A_path_that_cannot_be_registered_is_refused_with_its_reason(string body, int status, string code)
    {
        _folder.File("secret.db");
        _folder.Folder("clients/below");
        _folder.File($"clients/below/{Other}.db");
        _folder.File("clients/legacy.db");
        _folder.File("clients/legacy.txt");
        _folder.File($"clients/{Guid}.sqlite");
        File.CreateSymbolicLink(_folder["clients/00000000-0000-0000-0000-000000000001.db"], _folder["secret.db"]);
        using var answer = await PostAsync(body.Replace("CLIENTS", _folder["clients"], StringComparison.Ordinal));
        await IsProblem(answer, code);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(1, _agent.Host.Stores.Count);
    }

    [Fact]
    public async Task A_path_in_a_watched_directory_is_registered_however_it_is_written()
    {
        File.CreateSymbolicLink(_folder["alias"], _folder["clients"]);
        using var known = await PostAsync($$"""{"path":"{{_folder["clients"]}}/../clients/./{{Guid}}.db"}""");
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        _folder.File($"clients/{Other}.db");
        using var fresh = await PostAsync($$"""{"path":"{{_folder["alias"]}}/{{Other}}.db"}""");
        Assert.True(fresh.IsSuccessStatusCode);
        Assert.Equal(_folder[$"clients/{Other}.db"], _agent.Find(Other)?.Path);
    }

    [Fact]
    public async Task A_body_without_end_is_not_read()
    {
        using var answer = await PostAsync($$"""{"path":"/{{new string('x', LocalApi.LargestBodyBytes)}}"}""");
        await IsProblem(answer, ProblemCodes.BodyTooLarge);
    }

    [Fact]
    public async Task A_form_that_another_site_could_post_is_refused()
    {
        using var form = new FormUrlEncodedContent([new("path", "/x")]);
        await IsProblem(await _agent.Http.PostAsync("api/databases", form), ProblemCodes.NotJson);
    }

    [Fact]
    public async Task A_change_that_came_by_another_name_or_from_another_site_is_refused_and_so_is_reading_by_another_name()
    {
        await IsProblem(await PutAsync("paused", r => r.Headers.Host = "evil.example"), ProblemCodes.ForeignOrigin);
        await IsProblem(await PutAsync("paused", r => r.Headers.Add("Origin", "http://evil.example")), ProblemCodes.ForeignOrigin);
        Assert.NotEqual(DatabaseStatus.Paused, _agent.Find(Guid)!.Snapshot().Status);
        using var read = new HttpRequestMessage(HttpMethod.Get, "api/status");
        read.Headers.Host = "evil.example";
        await IsProblem(await _agent.Http.SendAsync(read), ProblemCodes.ForeignOrigin);
    }

    [Fact]
    public async Task A_tenant_is_paused_and_resumed()
    {
        using var paused = await PutAsync("paused");
        Assert.Equal(HttpStatusCode.OK, paused.StatusCode);
        await Shows(paused, "paused", "paused-by-user");
        await Eventually.Becomes(() => _agent.Find(Guid)!.Snapshot().Status == DatabaseStatus.Paused, "it is paused");
        Assert.Equal(HttpStatusCode.OK, (await _agent.Http.GetAsync("api/health")).StatusCode);
        using var active = await PutAsync("active");
        await Shows(active, "active", "pending");
        await Eventually.Becomes(() => _agent.Find(Guid)!.Snapshot().Status != DatabaseStatus.Paused, "it goes on");
        await IsProblem(await PutAsync("error"), ProblemCodes.BadStatus);
    }

    [Fact]
    public async Task Health_is_503_while_a_tenant_is_in_error_and_only_then()
    {
        Assert.Equal(HttpStatusCode.OK, (await _agent.Http.GetAsync("api/health")).StatusCode);
        File.WriteAllText(_folder[$"clients/{Other}.db"], "this has never been a database, it is a letter to somebody");
        await Eventually.Becomes(() => _agent.Http.GetAsync("api/health").Result.StatusCode == HttpStatusCode.ServiceUnavailable, "somebody should look");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _agent.Http.GetAsync($"api/health/clients/{Other}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _agent.Http.GetAsync($"api/health/clients/{Guid}")).StatusCode);
        using var json = JsonDocument.Parse(await _agent.Http.GetStringAsync("api/health/clients"));
        Assert.Equal(2, json.RootElement.GetProperty("items").GetArrayLength());
        File.Delete(_folder[$"clients/{Other}.db"]);
        await Eventually.Becomes(() => _agent.Http.GetAsync("api/health").Result.StatusCode == HttpStatusCode.OK, "all is well again");
    }

    [Fact]
    public async Task Metrics_carry_the_names_of_the_contract_and_lose_a_tenant_with_its_file()
    {
        using var application = new Application(_folder[$"clients/{Guid}.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        await _agent.SyncedAsync(Guid);
        var text = await _agent.Http.GetStringAsync("metrics");
        var labels = $"{{db=\"{_folder[$"clients/{Guid}.db"]}\",tenant=\"{Guid}\"";
        string[] perTenant =
        [
            "db_size", "wal_size", "txid", "disk_full", "total_wal_bytes", "sync_count", "sync_error_count", "sync_seconds", "checkpoint_count",
            "checkpoint_error_count", "checkpoint_seconds", "replica_lag_seconds", "db_last_replica_time", "replica_txid", "replica_errors_total",
        ];
        Assert.All(perTenant, name => Assert.Contains($"\nlitestream_{name}{labels}", text, StringComparison.Ordinal));
        Assert.Contains("\nlitestream_tenants{status=\"active\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("\nlitestream_replica_operation_total{replica_type=\"file\",operation=\"PUT\"} ", text, StringComparison.Ordinal);
        Assert.Contains("\nlitestream_hot_tenants ", text, StringComparison.Ordinal);
        Assert.Contains("\nlitestream_upload_queue_depth ", text, StringComparison.Ordinal);
        Assert.Contains("\nlitestream_spool_bytes ", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches("^(# (HELP|TYPE) |[a-z_]+(\\{.*\\})? [-+0-9.eE]+$)", line));

        application.Close();
        File.Delete(_folder[$"clients/{Guid}.db"]);
        await Eventually.Becomes(() => !_agent.Http.GetStringAsync("metrics").Result.Contains(Guid, StringComparison.Ordinal), "its series are gone");
    }

    [Fact]
    public async Task The_page_is_self_contained_and_its_policy_allows_nothing_inline()
    {
        using var answer = await _agent.Http.GetAsync("");
        var html = await answer.Content.ReadAsStringAsync();
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)<[^>]+ (on[a-z]+|style)=", html);
        Assert.DoesNotMatch("(?i)<script(?![^>]*src=\"\\./)|<style|(src|href)=\"(https?:)?//", html);
    }

    [Fact]
    public async Task A_request_that_is_no_http_ends_its_connection_and_nothing_else()
    {
        using var client = new System.Net.Sockets.TcpClient("localhost", _agent.Host.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("\0\x01 nonsense\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream());
        Assert.StartsWith("HTTP/1.1 400", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await _agent.Http.GetAsync("api/status")).StatusCode);
    }

    private Task<HttpResponseMessage> PostAsync(string body) =>
        _agent.Http.PostAsync("api/databases", new StringContent(body, new MediaTypeHeaderValue("application/json")));

    private Task<HttpResponseMessage> PutAsync(string status, Action<HttpRequestMessage>? change = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, $"api/databases/{Guid}/status")
        {
            Content = new StringContent($$"""{"status":"{{status}}"}""", new MediaTypeHeaderValue("application/json")),
        };
        change?.Invoke(request);
        return _agent.Http.SendAsync(request);
    }

    private static async Task Shows(HttpResponseMessage answer, string status, string reason)
    {
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(status, json.RootElement.GetProperty("status").GetString());
        Assert.Equal(reason, json.RootElement.GetProperty("reason").GetString());
    }

    private static async Task IsProblem(HttpResponseMessage answer, string code)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = RunningAgent.ProblemIn(await answer.Content.ReadAsStringAsync());
        Assert.Equal(code, problem.Code);
        Assert.Equal((int)answer.StatusCode, problem.Status);
        Assert.NotEmpty(problem.Title);
    }
}
