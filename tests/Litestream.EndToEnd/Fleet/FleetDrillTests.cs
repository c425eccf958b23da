using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;
using Xunit.Abstractions;

namespace Litestream.EndToEnd.Fleet;

/// <summary>Agents, the API, the worker and the table as processes: every backup is tried without anyone asking, and what is wrong is named.</summary>
public sealed class FleetDrillTests(ITestOutputHelper output) : IDisposable
{
    private const string Bucket = "fleet";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [NeedsNode]
    public async Task Of_300_tenants_on_three_hosts_the_one_that_was_damaged_behind_our_back_is_named_and_all_others_are_proven()
    {
        const int TenantsAHost = 100;
        using var server = await Dynalite.StartAsync();
        using var table = new RawTable(server.Endpoint, "fleet");
        await table.CreateAsync();
        var seed = await _sandbox.CreateTenantAsync();
        var damaged = _sandbox.NewTenant(_sandbox.Folder("web-2"));
        await WriterProgram.CreateAsync(_sandbox, damaged.Path, "-rows", "2000");
        var agents = new List<RunningAgent>();
        try
        {
            foreach (var host in new[] { "web-1", "web-2", "web-3" })
            {
                var folder = _sandbox.Folder(host);
                for (var i = Directory.GetFiles(folder).Length; i < TenantsAHost; i++)
                    File.Copy(seed.Path, Path.Combine(folder, $"{Guid.NewGuid()}.db"));
                agents.Add(RunningAgent.Launch(_sandbox, table.Variables, "replicate", "-watch-dir", folder, "-state-dir", _sandbox.Folder($"{host}.state"), "-replica", _sandbox.ReplicaUrl,
                    "-host-id", host, "-fleet-table", table.Name, "-fleet-interval", "1s"));
            }
            using var api = await RunningApi.StartAsync(_sandbox, table.Name, table.Variables);
            var said = () => string.Join('\n', agents.Select(a => a.Said));
            await Eventually.TrueAsync(() => AreReportedAsync(table, 3 * TenantsAHost), () => $"all tenants have a copy, and the table says so\n{said()}", Patience);
            var file = Assert.Single(Directory.GetFiles(damaged.ReplicaFolder, "*.ltx", SearchOption.AllDirectories));
            Damage(file);

            var began = Stopwatch.StartNew();
            using var worker = RunningWorker.Launch(_sandbox, table.Name, table.Variables);
            JsonElement problem = default;
            await Eventually.TrueAsync(async () => (await api.ListAsync("/api/problems?limit=10")).Any(p => (problem = p).GetProperty("kind").GetString() == ProblemWords.ProofFailed), () => $"it is a problem\n{worker.Said}", Patience);
            output.WriteLine($"named after {began.Elapsed.TotalSeconds:0.0} s: {problem.GetProperty("detail").GetString()}");
            Assert.Equal(damaged.Guid, problem.GetProperty("tenantId").GetGuid());
            var shown = await api.GetAsync($"/api/tenants/{damaged.Id}");
            Assert.Equal(("web-2", ProofVerdicts.Fail), (shown.GetProperty("hostId").GetString(), shown.GetProperty("lastDrillVerdict").GetString()));
            Assert.Matches($"page [0-9]+ of {Regex.Escape(Path.GetFileName(file))}", problem.GetProperty("detail").GetString());

            JsonElement coverage = default;
            await Eventually.TrueAsync(
                async () => (coverage = (await api.GetAsync("/api/drills")).GetProperty("coverage")) is { ValueKind: JsonValueKind.Object } && coverage.GetProperty("visitedSlices").GetInt32() == 256, () => $"all are visited\n{worker.Said}", Patience);
            output.WriteLine($"all visited after {began.Elapsed.TotalSeconds:0.0} s: {coverage}");
            Assert.Equal((300, 299, 1, 0), (coverage.GetProperty("tenants").GetInt32(), coverage.GetProperty("provenWithin1Day").GetInt32(), coverage.GetProperty("failed").GetInt32(), coverage.GetProperty("behind").GetInt32()));
            Assert.Single(await api.ListAsync("/api/problems?limit=10"));
            await worker.StopAsync();
            Assert.Empty(FilesIn(worker.Scratch));
            EvidenceSays(damaged, ProofVerdicts.Fail);

            // A person with a shell asks for two more, of the hosts themselves.
            var whole = Path.GetFileNameWithoutExtension(Directory.GetFiles(_sandbox.Folder("web-3"), "*.db")[0]);
            (await FleetAsync(api, "drill", whole)).MustSucceed().MustSay("is done", "1 of 1 done");
            (await FleetAsync(api, "drill", damaged.Id)).Must(1).MustSay("is failed", Path.GetFileName(file));
            (await FleetAsync(api, "drill")).Must(2).MustSay("-host");
            (await FleetAsync(api, "drills")).MustSucceed().MustSay("Of 300 tenants proven: 299 within a day", "drill", "failed");
        }
        finally
        {
            agents.ForEach(a => a.Dispose());
        }
    }

    /// <summary>The store says yes to whatever it is given, and keeps nothing of one tenant: its agent has no way to know.</summary>
    [NeedsNode]
    public async Task An_agent_whose_uploads_go_nowhere_while_it_says_that_all_is_well_is_found_by_who_looks()
    {
        await using var store = await S3Server.StartAsync(Bucket);
        using var server = await Dynalite.StartAsync();
        using var table = new RawTable(server.Endpoint, "fleet");
        await table.CreateAsync();
        _sandbox.UseBucket(store.Url(Bucket), S3Server.AccessKeyId, S3Server.SecretAccessKey);
        var variables = new Dictionary<string, string>(table.Variables) { ["AWS_ENDPOINT_URL_S3"] = store.Endpoint };
        var (lying, honest) = (await _sandbox.CreateTenantAsync(), await _sandbox.CreateTenantAsync());
        using var agent = RunningAgent.Launch(_sandbox, variables, "replicate", "-watch-dir", _sandbox.Data, "-replica", _sandbox.ReplicaUrl, "-host-id", "web-1", "-fleet-table", table.Name,
            "-fleet-interval", "1s", "-sync-interval", "100ms", "-lag-limit", "2s", "-level-intervals", "1h,2h,3h");
        await Eventually.TrueAsync(() => AreReportedAsync(table, 2), () => $"both have a copy, and the table says so\n{agent.Said}", Patience);
        using var api = await RunningApi.StartAsync(_sandbox, table.Name, variables);

        store.Fault = request => request.Method == "PUT" && request.Key.StartsWith($"databases/{lying.Id}/", StringComparison.Ordinal) ? S3ServerFault.Swallow : S3ServerFault.None;
        foreach (var tenant in new[] { lying, honest })
        {
            using var application = await tenant.OpenAsync();
            await application.InsertAsync(20);
            await agent.SyncAsync(tenant.Id);
            // Whatever changes its state has its agent say where it is.
            (await FleetAsync(api, "command", "pause", tenant.Id)).MustSucceed();
            (await FleetAsync(api, "command", "resume", tenant.Id)).MustSucceed();
        }
        var claimed = (await agent.ClientAsync(lying.Id))!;
        await Eventually.TrueAsync(async () => (await FindAsync(table, lying)) is { Problem: null, ReplicatedTxid: { } said } && said == claimed.ReplicatedTxid, () => $"its agent says that all is in the replica\n{agent.Said}", Patience);

        using var worker = RunningWorker.Launch(_sandbox, table.Name, variables, visit: "2s");
        JsonElement problem = default;
        await Eventually.TrueAsync(async () => (await api.ListAsync("/api/problems?limit=10")).Any(p => (problem = p).GetProperty("kind").GetString() == ProblemWords.NotInReplica), () => $"it is found\n{worker.Said}", Patience);
        output.WriteLine(problem.GetProperty("detail").GetString());
        Assert.Equal((lying.Guid, "web-1"), (problem.GetProperty("tenantId").GetGuid(), problem.GetProperty("hostId").GetString()));
        Assert.Contains(claimed.ReplicatedTxid!, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(await api.ListAsync("/api/problems?limit=10"), p => p.GetProperty("tenantId").GetGuid() == honest.Guid);
        await worker.StopAsync();
    }

    [NeedsNode]
    public async Task A_worker_that_is_killed_in_the_middle_of_a_drill_is_gone_on_for_by_the_next_one_and_leaves_nothing()
    {
        await using var store = await S3Server.StartAsync(Bucket);
        using var server = await Dynalite.StartAsync();
        using var table = new RawTable(server.Endpoint, "fleet");
        await table.CreateAsync();
        _sandbox.UseBucket(store.Url(Bucket), S3Server.AccessKeyId, S3Server.SecretAccessKey);
        var variables = new Dictionary<string, string>(table.Variables) { ["AWS_ENDPOINT_URL_S3"] = store.Endpoint };
        var tenant = await _sandbox.CreateTenantAsync();
        using (var agent = RunningAgent.Launch(_sandbox, variables, "replicate", "-watch-dir", _sandbox.Data, "-replica", _sandbox.ReplicaUrl, "-host-id", "web-1", "-fleet-table", table.Name, "-fleet-interval", "1s"))
        {
            await Eventually.TrueAsync(() => AreReportedAsync(table, 1), () => $"it has a copy, and the table says so\n{agent.Said}", Patience);
            await agent.StopInOrderAsync();
        }

        // The store lets it wait for the first pages.
        using var gate = new ManualResetEventSlim();
        var isInTheMiddle = false;
        store.Fault = request =>
        {
            if (request.Method == "GET" && request.Key.EndsWith(".ltx", StringComparison.Ordinal))
            {
                Volatile.Write(ref isInTheMiddle, true);
                gate.Wait(Patience);
            }
            return S3ServerFault.None;
        };
        using (var killed = RunningWorker.Launch(_sandbox, table.Name, variables))
        {
            await Eventually.TrueAsync(() => Volatile.Read(ref isInTheMiddle), () => $"it is in the middle of a drill\n{killed.Said}", Patience);
            await killed.KillAsync();
            Assert.NotEmpty(Directory.GetFileSystemEntries(killed.Scratch));
        }
        gate.Set();
        // One for each of its lanes.
        var claims = (await SlicesAsync(table)).Where(s => s.ClaimedBy is not null).ToList();
        Assert.Contains(claims, c => c.Key.Sort == FleetKeys.SliceOf(tenant.Guid) && c is { ClaimedUntil: not null, VisitedAt: null });
        Assert.Empty(await table.QueryAsync(ItemQuery.Proofs(tenant.Guid)));

        using var next = RunningWorker.Launch(_sandbox, table.Name, variables);
        await Eventually.TrueAsync(async () => (await SlicesAsync(table)).Count(s => s.VisitedAt is not null) >= 256 - claims.Count, () => $"all other slices are visited\n{next.Said}", Patience);
        // Two minutes later nobody renewed them.
        foreach (var claim in claims)
            await table.TryUpdateAsync(SliceItem.Renew(claim.Slice, claim.ClaimedBy!, DateTimeOffset.UtcNow.AddSeconds(-1), claim.Cursor));
        await Eventually.TrueAsync(async () => (await SlicesAsync(table)).Count(s => s is { VisitedAt: not null, ClaimedBy: null }) == 256, () => $"what was left is gone on with\n{next.Said}", Patience);
        Assert.Equal(ProofVerdicts.Pass, ProofItem.Read(Assert.Single(await table.QueryAsync(ItemQuery.Proofs(tenant.Guid)))).Verdict);
        Assert.Single(store.Store.Keys(Bucket), key => key.Contains("/drills/", StringComparison.Ordinal));
        await next.StopAsync();
        Assert.Empty(FilesIn(next.Scratch));
    }

    /// <summary>An agent by itself answers as a fleet does.</summary>
    [Fact]
    public async Task Drills_that_are_called_back_end_in_the_middle_and_leave_nothing()
    {
        await using var store = await S3Server.StartAsync(Bucket);
        _sandbox.UseBucket(store.Url(Bucket), S3Server.AccessKeyId, S3Server.SecretAccessKey);
        var tenants = new List<Tenant>();
        for (var i = 0; i < 6; i++)
            tenants.Add(await _sandbox.CreateTenantAsync());
        using var agent = await RunningAgent.StartAsync(_sandbox);
        foreach (var tenant in tenants)
            await agent.WaitForActiveAsync(tenant.Id);
        using var gate = new ManualResetEventSlim();
        var reads = 0;
        store.Fault = request =>
        {
            if (request.Method == "GET" && request.Key.EndsWith(".ltx", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref reads);
                gate.Wait(Patience);
            }
            return S3ServerFault.None;
        };
        var asked = (await FleetAsync(agent.Http, "drill", ["-no-wait", "-json", .. tenants.Select(t => t.Id)])).MustSucceed();
        using var job = JsonDocument.Parse(asked.Output);
        var id = job.RootElement.GetProperty("id").GetString()!;
        await Eventually.TrueAsync(() => Volatile.Read(ref reads) > 0, () => $"some are in the middle\n{agent.Said}", Patience);
        (await FleetAsync(agent.Http, "cancel", id)).MustSucceed().MustSay("is cancelled", "6 called back");
        gate.Set();
        Assert.DoesNotContain(store.Store.Keys(Bucket), key => key.Contains("/drills/", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(_sandbox.Root, "restored.db*", SearchOption.AllDirectories));
        (await FleetAsync(agent.Http, "drill", tenants[0].Id)).MustSucceed().MustSay("1 of 1 done");
        Assert.Single(store.Store.Keys(Bucket), key => key.Contains($"{tenants[0].Id}/drills/", StringComparison.Ordinal));
    }

    private Task<ProgramResult> FleetAsync(RunningApi api, params string[] words) => FleetAsync(api.Http, words[0], words[1..]);

    private Task<ProgramResult> FleetAsync(HttpClient api, string command, params string[] words) => PublishedProgram.RunAsync(_sandbox, ["fleet", command, "-api", api.BaseAddress!.ToString(), .. words]);

    private async Task<bool> AreReportedAsync(RawTable table, int tenants)
    {
        var count = 0;
        for (var shard = 0; shard < 256; shard++)
            count += (await table.QueryAsync(ItemQuery.TenantsBeginning(shard.ToString("x2", CultureInfo.InvariantCulture)))).Count(i => TenantItem.Read(i) is { ReplicatedTxid: not null });
        return count == tenants;
    }

    private static async Task<IReadOnlyList<SliceRecord>> SlicesAsync(RawTable table) => [.. (await table.QueryAsync(ItemQuery.Slices())).Select(SliceItem.Read)];

    private static async Task<TenantRecord?> FindAsync(RawTable table, Tenant tenant) => await table.FindAsync(FleetKeys.Tenant(tenant.Guid)) is { } item ? TenantItem.Read(item) : null;

    /// <summary>As a disk would: some bytes in the middle are others.</summary>
    private static void Damage(string file)
    {
        var bytes = File.ReadAllBytes(file);
        File.Delete(file);
        for (var i = 0; i < 8; i++)
            bytes[(bytes.Length / 2) + i] ^= 0xff;
        File.WriteAllBytes(file, bytes);
    }

    private static void EvidenceSays(Tenant tenant, string verdict)
    {
        using var evidence = JsonDocument.Parse(File.ReadAllText(Assert.Single(Directory.GetFiles(Path.Combine(tenant.ReplicaFolder, "drills"), "*.json"))));
        Assert.Equal((tenant.Guid, verdict), (evidence.RootElement.GetProperty("tenantId").GetGuid(), evidence.RootElement.GetProperty("verdict").GetString()));
    }

    private static string[] FilesIn(string folder) => Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories) : [];
}
