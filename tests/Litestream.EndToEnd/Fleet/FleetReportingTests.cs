using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.EndToEnd.Fleet;

/// <summary>Three agents as processes, a hundred tenants each, one table by others, one store: what stands in the table is what the agents say themselves.</summary>
public sealed class FleetReportingTests : IDisposable
{
    private const int Tenants = 100;
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [NeedsNode]
    public async Task Three_hosts_with_a_hundred_tenants_each_stand_in_the_table_as_the_treaty_says()
    {
        using var server = await Dynalite.StartAsync();
        using var table = new RawTable(server.Endpoint, "fleet");
        await table.CreateAsync();
        var seed = await _sandbox.CreateTenantAsync();
        var hosts = new List<(string Id, RunningAgent Agent, string Folder)>();
        for (var i = 1; i <= 3; i++)
        {
            var folder = _sandbox.Folder($"host-{i}");
            for (var tenant = 0; tenant < Tenants; tenant++)
                File.Copy(seed.Path, Path.Combine(folder, $"{Guid.NewGuid()}.db"));
            File.Copy(seed.Path, Path.Combine(_sandbox.Root, $"legacy-{i}.db"));
            hosts.Add(($"web-{i}", Start(table, $"web-{i}", folder, "-dsn", Path.Combine(_sandbox.Root, $"legacy-{i}.db")), folder));
        }

        foreach (var (id, agent, _) in hosts)
            await Eventually.PassesAsync(async () =>
            {
                var digest = await DigestAsync(table, id);
                Assert.True(digest is { Active: Tenants, Tenants: Tenants, OtherDatabases: 1, DirtyBytes: 0, LeaseEpoch: >= 1, CommandsWaiting: 0, State: HostStates.Running }, $"{digest}\n{agent.Said}");
                Assert.Equal((1d, 300d, 0), (digest!.IntervalSeconds, digest.LagLimitSeconds, digest.Unhealthy));
                Assert.True(digest.DiskFreeBytes > 0 && digest.DiskBytes > digest.DiskFreeBytes && digest.PutRequests >= Tenants && digest.TenantBytes >= Tenants * 4096, $"{digest}");
            });
        foreach (var (id, agent, folder) in hosts)
            await Eventually.PassesAsync(() => TenantsAreAsTheAgentSaysAsync(table, id, agent, folder));
        await NamesOnTheWireAsync(table, hosts[0].Folder);

        var (broken, paused) = await TroubleAsync(hosts[0].Agent, hosts[0].Folder);
        await Eventually.PassesAsync(async () =>
        {
            var digest = await DigestAsync(table, "web-1");
            Assert.Equal((Tenants - 2, 1, 1, 1), (digest!.Active, digest.Error, digest.Paused, digest.Unhealthy));
            Assert.Equal((StatusWords.Paused, null), (await TenantAsync(table, paused) is var record ? record.Status : "", record.Problem));
            Assert.Equal((StatusWords.Error, ProblemWords.Error), (await TenantAsync(table, broken) is var other ? other.Status : "", other.Problem));
            Assert.Equal([$"{broken}"], (await ProblemsAsync(table)).Select(i => i.Key.Sort));
        });

        // One for the start; one more for each answer that did not come in time.
        var before = (await DigestAsync(table, "web-2"))!.LeaseEpoch;
        Assert.Equal(0, await hosts[1].Agent.StopAsync());
        Assert.Equal(HostStates.Stopped, (await DigestAsync(table, "web-2"))!.State);
        using var again = Start(table, "web-2", hosts[1].Folder);
        await Eventually.PassesAsync(async () =>
            Assert.True(await DigestAsync(table, "web-2") is { State: HostStates.Running, Active: Tenants } digest && digest.LeaseEpoch > before, again.Said));
    }

    [NeedsNode]
    public async Task A_host_without_a_name_makes_one_keeps_it_and_shows_how_it_gets_along_with_its_table()
    {
        using var server = await Dynalite.StartAsync();
        using var table = new RawTable(server.Endpoint, "fleet");
        await table.CreateAsync();
        var folder = _sandbox.Folder("host");
        var status = "";
        async Task<string> NameAsync()
        {
            using var agent = Start(table, null, folder);
            var name = "";
            await Eventually.TrueAsync(async () => (name = await OnlyHostAsync(table)) != "", () => $"the host is in the table\n{agent.Said}");
            // The second time it is there before the agent is.
            await Eventually.TrueAsync(async () => (status = (await PublishedProgram.RunAsync(_sandbox, "status", "-state-dir", _sandbox.State)).Output).Contains("connected", StringComparison.Ordinal), () => $"it is connected: {status}\n{agent.Said}");
            await agent.StopInOrderAsync();
            return name;
        }
        var first = await NameAsync();
        Assert.Matches($"^{Environment.MachineName[..1]}.*-[0-9a-f]{{8}}$", first);
        Assert.Contains($"fleet fleet: host {first}, connected, last heartbeat", status, StringComparison.Ordinal);
        Assert.Equal(first, await NameAsync());
    }

    private RunningAgent Start(RawTable table, string? id, string folder, params string[] more)
    {
        var environment = new Dictionary<string, string>(table.Variables);
        return RunningAgent.Launch(_sandbox, environment,
        [
            "replicate", "-watch-dir", folder, "-replica", _sandbox.ReplicaUrl, "-sync-interval", "100ms", "-fleet-table", table.Name, "-fleet-interval", "1s",
            .. id is null ? Array.Empty<string>() : ["-host-id", id], .. more,
        ]);
    }

    private static async Task<HostDigest?> DigestAsync(RawTable table, string id) => await table.FindAsync(FleetKeys.Host(id)) is { } item ? HostDigestItem.Read(item) : null;

    private static async Task<TenantRecord> TenantAsync(RawTable table, Guid tenant) => TenantItem.Read((await table.FindAsync(FleetKeys.Tenant(tenant)))!);

    private static async Task<string> OnlyHostAsync(RawTable table)
    {
        var hosts = new List<HostDigest>();
        for (var shard = 0; shard < FleetKeys.HostShards; shard++)
            hosts.AddRange((await table.QueryAsync(ItemQuery.Hosts(shard))).Select(HostDigestItem.Read));
        return hosts.SingleOrDefault()?.HostId ?? "";
    }

    private static async Task<IReadOnlyList<Item>> ProblemsAsync(RawTable table)
    {
        var problems = new List<Item>();
        for (var shard = 0; shard < FleetKeys.ProblemShards; shard++)
            problems.AddRange(await table.QueryAsync(ItemQuery.Problems(shard)));
        return problems;
    }

    private static async Task TenantsAreAsTheAgentSaysAsync(RawTable table, string id, RunningAgent agent, string folder)
    {
        var listed = (await table.QueryAsync(ItemQuery.TenantsOf(id))).Select(i => i.Key.Sort).ToList();
        Assert.Equal(Directory.GetFiles(folder, "*.db").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal), listed);
        var status = await agent.StatusAsync();
        foreach (var name in listed)
        {
            var (client, record) = (status.Find(name)!, await TenantAsync(table, new(name)));
            Assert.Equal((id, 1L, client.Status, null), (record.HostId, record.Epoch, record.Status, record.Problem));
            Assert.Equal((client.DatabasePath, client.Replica, client.SizeBytes, client.PageSize), (record.Path, record.Replica, record.SizeBytes, record.PageSize));
            Assert.Equal((client.Txid, client.ReplicatedTxid), (record.Txid, record.ReplicatedTxid));
            Assert.Equal(ItemTime.Rounded(client.LastSyncAt!.Value), record.LastSyncAt);
        }
    }

    /// <summary>Spelled out: other programs, and people at a console, know these names.</summary>
    private static async Task NamesOnTheWireAsync(RawTable table, string folder)
    {
        var host = (await table.RawAsync(new("FLEET#0", "HOST#web-1")))!;
        Assert.Equal(
            "active at deleteRequests dirtyBytes diskBytes diskFreeBytes error getRequests hot intervalSeconds lagLimitSeconds leaseEpoch listRequests lost otherDatabases p99LagSeconds "
            + "paused pk putRequests sk splitBrain startedAt state tenantBytes tenants type unhealthy version waiting worstLagSeconds",
            string.Join(' ', host.Select(a => a.Key).Order(StringComparer.Ordinal)));
        Assert.Equal(("{\"S\":\"running\"}", "{\"N\":\"100\"}"), (host["state"]!.ToJsonString(), host["tenants"]!.ToJsonString()));
        var name = Path.GetFileNameWithoutExtension(Directory.GetFiles(folder, "*.db")[0]);
        var tenant = (await table.RawAsync(new($"TENANT#{name[..2]}", name)))!;
        Assert.Equal(
            "epoch hostPk lagLimitSeconds lagSeconds lastSnapshotAt lastSyncAt pageSize path pk replica replicatedTxid since sizeBytes sk status txid type updatedAt",
            string.Join(' ', tenant.Select(a => a.Key).Where(a => a != "lastProofAt").Order(StringComparer.Ordinal)));
        Assert.Equal(("{\"S\":\"HOST#web-1\"}", "{\"N\":\"1\"}"), (tenant["hostPk"]!.ToJsonString(), tenant["epoch"]!.ToJsonString()));
    }

    /// <summary>One tenant becomes no database, another is paused.</summary>
    private static async Task<(Guid Broken, Guid Paused)> TroubleAsync(RunningAgent agent, string folder)
    {
        var names = Directory.GetFiles(folder, "*.db").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal).ToList();
        await File.WriteAllTextAsync(Path.Combine(folder, "unfinished"), new string('x', 8192));
        File.Move(Path.Combine(folder, "unfinished"), Path.Combine(folder, names[0] + ".db"), overwrite: true);
        using var answer = await agent.Http.PutAsync(new Uri($"/api/databases/{names[1]}/status", UriKind.Relative), new StringContent("""{"status":"paused"}""", System.Text.Encoding.UTF8, "application/json"));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (new(names[0]), new(names[1]));
    }
}
