using System.Net;
using System.Text.Json;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;
using Litestream.Fleet.Items;

namespace Litestream.EndToEnd.Fleet;

/// <summary>Agents, the API and the table as processes: what the API shows is what the agents do, and it notices when one is gone.</summary>
public sealed class FleetApiTests : IDisposable
{
    private const int Tenants = 12;
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [NeedsNode]
    public async Task Hosts_and_their_tenants_are_shown_as_they_are_and_unknown_when_their_host_is_gone()
    {
        using var server = await Dynalite.StartAsync();
        using var table = new RawTable(server.Endpoint, "fleet");
        await table.CreateAsync();
        var agents = new Dictionary<string, RunningAgent>();
        var seed = await _sandbox.CreateTenantAsync();
        foreach (var id in new[] { "web-1", "web-2" })
        {
            var folder = _sandbox.Folder(id);
            for (var i = 0; i < Tenants; i++)
                File.Copy(seed.Path, Path.Combine(folder, $"{Guid.NewGuid()}.db"));
            agents[id] = RunningAgent.Launch(_sandbox, table.Variables,
                "replicate", "-watch-dir", folder, "-replica", _sandbox.ReplicaUrl, "-fleet-table", table.Name, "-fleet-interval", "1s", "-host-id", id);
        }
        using var api = await RunningApi.StartAsync(_sandbox, table.Name, table.Variables);

        await Eventually.PassesAsync(async () =>
        {
            var status = await api.GetAsync("/api/status");
            Assert.Equal((2, 2 * Tenants, 2 * Tenants, 0), (status.GetProperty("hosts").GetInt32(), status.GetProperty("totalClients").GetInt32(),
                status.GetProperty("activeClients").GetInt32(), status.GetProperty("unknownClients").GetInt32()));
        });
        Assert.Equal(["web-1", "web-2"], (await api.ListAsync("/api/hosts?limit=1")).Select(h => Text(h, "hostId")));
        await Eventually.PassesAsync(() => TenantsAreShownAsync(api));

        await agents["web-2"].KillAsync();
        await Eventually.PassesAsync(async () => Assert.Equal(LivenessWords.Lost, Text(await api.GetAsync("/api/hosts/web-2"), "liveness")));
        Assert.Equal(LivenessWords.Live, Text(await api.GetAsync("/api/hosts/web-1"), "liveness"));
        Assert.All(await api.ListAsync("/api/hosts/web-2/tenants?limit=5"), t => Assert.Equal(HealthWords.Unknown, Text(t, "health")));
        await Eventually.PassesAsync(async () => Assert.Equal(Tenants, (await api.GetAsync("/api/status")).GetProperty("unknownClients").GetInt32()));
        Assert.Equal(0, await api.StopAsync());
    }

    private async Task TenantsAreShownAsync(RunningApi api)
    {
        foreach (var id in new[] { "web-1", "web-2" })
        {
            var names = Directory.GetFiles(Path.Combine(_sandbox.Root, id), "*.db").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal).ToList();
            var shown = await api.ListAsync($"/api/hosts/{id}/tenants?limit=5");
            Assert.Equal(names, shown.Select(t => Text(t, "tenantId")));
            Assert.All(shown, t => Assert.Equal((id, HealthWords.Healthy), (Text(t, "hostId"), Text(t, "health"))));
            foreach (var name in names.Take(3))
            {
                var tenant = await api.GetAsync($"/api/tenants/{name}");
                Assert.Equal((id, StatusWords.Active, Path.Combine(_sandbox.Root, id, name + ".db")), (Text(tenant, "hostId"), Text(tenant, "status"), Text(tenant, "databasePath")));
                Assert.Contains(name, (await api.ListAsync($"/api/tenants?prefix={name[..2]}&limit=1")).Select(t => Text(t, "tenantId")));
            }
        }
    }

    /// <summary>Keys that a page goes on from are those of an index, too: only a real table says whether it takes them.</summary>
    [NeedsNode]
    public async Task What_is_wrong_is_listed_page_by_page_from_the_index()
    {
        using var server = await Dynalite.StartAsync();
        using var table = new RawTable(server.Endpoint, "fleet");
        await table.CreateAsync();
        var tenants = Enumerable.Range(0, 30).Select(i => new Guid(i, 0, 0, [8, 0, 0, 0, 0, 0, 0, (byte)i])).ToList();
        foreach (var tenant in tenants)
            Assert.True(await table.TryUpdateAsync(TenantItem.Describe(new()
            {
                Tenant = tenant,
                HostId = "web-1",
                Epoch = 1,
                Replica = "file:///srv/backups",
                Path = $"/srv/data/{tenant}.db",
                Status = StatusWords.Error,
                Problem = ProblemWords.Error,
                Since = DateTimeOffset.UnixEpoch,
                UpdatedAt = DateTimeOffset.UnixEpoch,
            })));
        using var api = await RunningApi.StartAsync(_sandbox, table.Name, table.Variables);
        foreach (var limit in new[] { 1, 7, 100 })
            Assert.Equal(tenants.Order(), (await api.ListAsync($"/api/tenants?problems=true&limit={limit}")).Select(t => new Guid(Text(t, "tenantId")!)).Order());
        using var answer = await api.Http.GetAsync(new Uri("/api/hosts?cursor=AAAA", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
