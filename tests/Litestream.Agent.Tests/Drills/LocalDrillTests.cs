using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Agent.Tests.Drills;

/// <summary>A host alone proves its own backups, without anyone asking and when somebody does.</summary>
public sealed class LocalDrillTests : IDisposable
{
    private static readonly string[] Tenants = [.. Enumerable.Range(1, 3).Select(i => $"12345678-1234-5678-9abc-12345678901{i}")];

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_backup_is_proven_by_itself_and_shown_with_its_tenant_and_its_evidence_lies_beside_the_replica()
    {
        await using var agent = await StartAsync(TimeSpan.FromSeconds(3));
        var applications = Tenants.Select(Create).ToList();
        foreach (var tenant in Tenants)
        {
            await Eventually.Becomes(() => Read(agent, $"api/tenants/{tenant}") is { ValueKind: JsonValueKind.Object } t && t.GetProperty("lastDrillVerdict").GetString() == ProofVerdicts.Pass, $"{tenant} is proven");
            var drill = Read(agent, $"api/tenants/{tenant}/timeline").GetProperty("drills")[0];
            Assert.Equal((ProofVerdicts.Pass, JsonValueKind.Null), (drill.GetProperty("verdict").GetString(), drill.GetProperty("commandId").ValueKind));
            var evidence = JsonSerializer.Deserialize(await File.ReadAllTextAsync(Evidence(tenant)[0]), FleetJson.Default.DrillEvidence)!;
            Assert.Equal((Guid.Parse(tenant), ProofVerdicts.Pass, true), (evidence.TenantId, evidence.Verdict, evidence.Sum is { Length: 16 } && evidence.CapturedAt is not null));
            Assert.Contains("integrity", evidence.Checks);
        }
        var coverage = Read(agent, "api/drills").GetProperty("coverage");
        Assert.Equal((3, 0), (coverage.GetProperty("tenants").GetInt32(), coverage.GetProperty("failed").GetInt32()));
        applications.ForEach(a => a.Dispose());
    }

    [Fact]
    public async Task A_backup_that_was_damaged_is_a_problem_with_file_and_page_over_a_restart_until_it_is_whole_again()
    {
        var tenant = Tenants[0];
        using var application = Create(tenant);
        string file;
        byte[] whole;
        await using (var agent = await StartAsync(interval: null))
        {
            await agent.SyncedAsync(tenant);
            file = Assert.Single(Directory.GetFiles(_folder[$"replica/databases/{tenant}"], "*.ltx", SearchOption.AllDirectories));
            whole = await File.ReadAllBytesAsync(file);
            Replace(file, [.. whole.Select((b, i) => i >= whole.Length / 2 && i < (whole.Length / 2) + 8 ? (byte)~b : b)]);
            var job = await PostAsync(agent, "api/drills", new { tenants = new[] { tenant } });
            await Eventually.Becomes(() => Read(agent, $"api/drills/{job}").GetProperty("state").GetString() == JobStates.Failed, $"{job} has failed");
            Assert.Contains(Path.GetFileName(file), Read(agent, $"api/drills/{job}").GetProperty("error").GetString(), StringComparison.Ordinal);
        }
        await using var next = await StartAsync(interval: null);
        await next.IsActive(tenant);
        var problem = Assert.Single(Read(next, "api/problems").GetProperty("items").EnumerateArray());
        Assert.Equal((ProblemWords.ProofFailed, Guid.Parse(tenant)), (problem.GetProperty("kind").GetString(), problem.GetProperty("tenantId").GetGuid()));
        Assert.Matches($"page [0-9]+ of {Path.GetFileName(file)}", problem.GetProperty("detail").GetString());
        Assert.Equal("unhealthy", Read(next, $"api/tenants/{tenant}").GetProperty("health").GetString());
        Assert.Equal(1, Read(next, "api/drills").GetProperty("coverage").GetProperty("failed").GetInt32());
        Replace(file, whole);
        var again = await PostAsync(next, "api/drills", new { host = Read(next, "api/hosts").GetProperty("items")[0].GetProperty("hostId").GetString() });
        await Eventually.Becomes(() => Read(next, $"api/drills/{again}").GetProperty("state").GetString() == JobStates.Done, $"{again} is done");
        Assert.Empty(Read(next, "api/problems").GetProperty("items").EnumerateArray());
        Assert.Equal(2, Evidence(tenant).Length);
    }

    private Task<RunningAgent> StartAsync(TimeSpan? interval) => RunningAgent.StartAsync(_folder, o => o with { DrillInterval = interval });

    private string[] Evidence(string tenant) => [.. Directory.GetFiles(_folder[$"replica/databases/{tenant}/drills"], "*.json").Order(StringComparer.Ordinal)];

    private Application Create(string tenant)
    {
        _folder.Folder("clients");
        var application = new Application(_folder[$"clients/{tenant}.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        application.Sql("INSERT INTO t VALUES (randomblob(200000))");
        return application;
    }

    private static void Replace(string file, byte[] content)
    {
        File.Delete(file);
        File.WriteAllBytes(file, content);
    }

    private static async Task<string> PostAsync(RunningAgent agent, string address, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, UriKind.Relative)) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var answer = await agent.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.GetProperty("id").GetString()!;
    }

    /// <summary>Undefined while it is not there.</summary>
    private static JsonElement Read(RunningAgent agent, string address)
    {
        using var answer = agent.Http.GetAsync(new Uri(address, UriKind.Relative)).Result;
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return default;
        using var json = JsonDocument.Parse(answer.Content.ReadAsStringAsync().Result);
        Assert.True(answer.IsSuccessStatusCode, $"{address}: {json.RootElement}");
        return json.RootElement.Clone();
    }
}
