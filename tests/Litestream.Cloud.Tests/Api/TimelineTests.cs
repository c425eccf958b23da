using System.Net;
using Litestream.Fleet.Items;
using Litestream.Storage;
using Litestream.Tests.Servers;
using Microsoft.Data.Sqlite;

namespace Litestream.Cloud.Tests.Api;

/// <summary>Which states a tenant can be restored to, read from a replica that the engine made.</summary>
public sealed class TimelineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("litestream-cloud-").FullName;

    public TimelineTests()
    {
        // The store of the tests wants a name and checks no signature.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", S3Server.AccessKeyId);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", S3Server.SecretAccessKey);
    }

    [Fact]
    public async Task Every_synced_commit_is_a_point_the_newest_first_page_by_page()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var (tenant, txids) = await ReplicateAsync(fleet, commits: 7);
        var whole = await fleet.GetAsync($"/api/tenants/{tenant.Tenant}/timeline");
        Assert.Equal(txids.AsEnumerable().Reverse(), whole.GetProperty("points").EnumerateArray().Select(p => p.GetProperty("txid").GetString()));
        var range = Assert.Single(whole.GetProperty("ranges").EnumerateArray());
        Assert.Equal((txids[0], txids[^1], txids.Count), (range.GetProperty("fromTxid").GetString(), range.GetProperty("toTxid").GetString(), range.GetProperty("points").GetInt32()));
        var paged = (await fleet.Cloud.PagesAsync($"/api/tenants/{tenant.Tenant}/timeline?limit=2&exact=true", "points")).Select(p => p.GetProperty("txid").GetString());
        Assert.Equal(txids.AsEnumerable().Reverse(), paged);
    }

    [Fact]
    public async Task A_dry_run_says_which_transaction_a_time_or_a_txid_comes_to_and_what_can_be_had_instead()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var (tenant, txids) = await ReplicateAsync(fleet, commits: 3);
        var exact = await fleet.GetAsync($"/api/tenants/{tenant.Tenant}/timeline?exact=true");
        var newest = exact.GetProperty("points").EnumerateArray().First().GetProperty("time").GetDateTimeOffset();
        Assert.Equal(txids[1], (await StepAsync(new { txid = txids[1] })).GetProperty("txid").GetString());
        Assert.Equal(txids[^2], (await StepAsync(new { timestamp = newest })).GetProperty("txid").GetString());
        var beyond = await StepAsync(new { txid = "00000000000000ff" });
        Assert.Equal("no-such-point", beyond.GetProperty("code").GetString());
        Assert.Contains(txids[^1], beyond.GetProperty("detail").GetString(), StringComparison.Ordinal);

        async Task<System.Text.Json.JsonElement> StepAsync(object moment)
        {
            var body = System.Text.Json.JsonSerializer.SerializeToNode(moment)!.AsObject();
            body["tenants"] = new System.Text.Json.Nodes.JsonArray(tenant.Tenant.ToString());
            body["dryRun"] = true;
            var plan = await RunningCloud.JsonAsync(await fleet.PostAsync("/api/restores", body));
            return plan.GetProperty("items").EnumerateArray().Single();
        }
    }

    [Fact]
    public async Task A_dry_run_says_how_many_files_are_read_and_about_how_long_it_takes_by_what_was_measured()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var (tenant, txids) = await ReplicateAsync(fleet, commits: 3);
        var files = Directory.GetFiles(_folder, "*.ltx", SearchOption.AllDirectories).Length;
        Assert.Equal((files, null), await PlanAsync());
        // What half of all drills take is the least, whatever its size.
        fleet.Put(SliceItem.Write(new() { Slice = 7, VisitedAt = DateTimeOffset.UtcNow, Tenants = 1, P50Seconds = 1.5, P99Seconds = 3, BytesPerSecond = 1e6 }));
        Assert.Equal((files, 1.5), await PlanAsync());
        fleet.Put(TenantItem.Write(tenant with { SizeBytes = 20_000_000 }));
        Assert.Equal((files, 20.0), await PlanAsync());
        // Its own says most, and by how much it has grown.
        fleet.Put(TenantItem.Write(tenant with { SizeBytes = 20_000_000, DrillSeconds = 3, DrillBytes = 10_000_000 }));
        Assert.Equal((files, 6.0), await PlanAsync());

        async Task<(int, double?)> PlanAsync()
        {
            var plan = await RunningCloud.JsonAsync(await fleet.PostAsync("/api/restores", new { tenants = new[] { tenant.Tenant }, txid = txids[^1], dryRun = true }));
            var step = plan.GetProperty("items").EnumerateArray().Single();
            return (step.GetProperty("files").GetInt32(), step.GetProperty("seconds") is { ValueKind: System.Text.Json.JsonValueKind.Number } seconds ? seconds.GetDouble() : null);
        }
    }

    [Fact]
    public async Task A_dry_run_to_a_time_goes_by_when_it_was_captured_and_not_by_when_it_was_uploaded()
    {
        await using var fleet = await SeededFleet.StartAsync();
        fleet.Host("web-1");
        var (tenant, txids) = await ReplicateAsync(fleet, commits: 3);
        var points = (await fleet.GetAsync($"/api/tenants/{tenant.Tenant}/timeline?exact=true")).GetProperty("points").EnumerateArray().ToList();
        // Everything was copied a moment ago.
        foreach (var file in Directory.GetFiles(_folder, "*.ltx", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow);
        var (newest, before) = (points[0].GetProperty("time").GetDateTimeOffset(), points[1].GetProperty("time").GetDateTimeOffset());
        var plan = await RunningCloud.JsonAsync(await fleet.PostAsync("/api/restores", new { tenants = new[] { tenant.Tenant }, timestamp = newest, dryRun = true }));
        var step = plan.GetProperty("items").EnumerateArray().Single();
        Assert.Equal((txids[^2], before), (step.GetProperty("txid").GetString(), step.GetProperty("time").GetDateTimeOffset()));
        plan = await RunningCloud.JsonAsync(await fleet.PostAsync("/api/restores", new { tenants = new[] { tenant.Tenant }, txid = txids[^1], dryRun = true }));
        Assert.Equal(newest, plan.GetProperty("items").EnumerateArray().Single().GetProperty("time").GetDateTimeOffset());
    }

    [Fact]
    public async Task Points_that_go_while_they_are_read_do_not_end_the_list()
    {
        await using var store = await S3Server.StartAsync("backups");
        await using var fleet = await SeededFleet.StartAsync(o => o with { S3Endpoint = store.Endpoint });
        fleet.Host("web-1");
        var (tenant, txids) = await ReplicateAsync(fleet, commits: 7);
        var path = $"databases/{tenant.Tenant}";
        foreach (var file in Directory.GetFiles(Path.Combine(_folder, "backups", path), "*.ltx", SearchOption.AllDirectories))
            store.Store.Put("backups", $"{path}/000{Path.GetFileName(Path.GetDirectoryName(file))}/{Path.GetFileName(file)}", await File.ReadAllBytesAsync(file), new Dictionary<string, string>(), onlyIfAbsent: true);
        fleet.Put(TenantItem.Write(tenant with { Replica = $"s3://backups/{path}" }));
        // Retention takes one between the listing and the look at its header.
        var gone = txids[^2];
        store.Fault = request =>
        {
            if (request is { Method: "GET", IsListing: false } && request.Key.EndsWith($"{gone}-{gone}.ltx", StringComparison.Ordinal))
                store.Store.Delete("backups", request.Key);
            return S3ServerFault.None;
        };
        var page = await fleet.GetAsync($"/api/tenants/{tenant.Tenant}/timeline?limit=3&exact=true");
        Assert.Equal([txids[^1], txids[^3]], page.GetProperty("points").EnumerateArray().Select(p => p.GetProperty("txid").GetString()));
        Assert.Equal(txids[^3], page.GetProperty("nextCursor").GetString());
    }

    [Fact]
    public async Task Replicas_of_one_bucket_are_read_wherever_in_it_they_lie_and_however_many_there_are()
    {
        await using var store = await S3Server.StartAsync("backups");
        await using var fleet = await SeededFleet.StartAsync(o => o with { S3Endpoint = store.Endpoint });
        fleet.Host("web-1");
        for (var i = 0; i < 40; i++)
        {
            var tenant = fleet.Tenant("web-1", t => t with { Replica = $"s3://backups/2026/11/{t.Tenant}{(i % 2 == 0 ? $"?endpoint={store.Endpoint}&forcePathStyle=true" : "")}" });
            Assert.Empty((await fleet.GetAsync($"/api/tenants/{tenant.Tenant}/timeline")).GetProperty("points").EnumerateArray());
        }
    }

    [Fact]
    public async Task What_was_drilled_and_what_is_kept_for_an_undo_is_in_it()
    {
        await using var fleet = await SeededFleet.StartAsync();
        var tenant = fleet.Tenant("web-1", t => t with { Replica = $"file://{_folder}/nothing", UndoTxid = "0000000000000007", UndoUntil = SeededFleet.Now.AddDays(1) });
        fleet.Put(ProofItem.Write(new() { Tenant = tenant.Tenant, At = SeededFleet.Now, Verdict = ProofVerdicts.Pass, By = "web-1", Txid = "0000000000000009", Seconds = 0.5, Bytes = 4096, Checks = "sum,integrity" }));
        var timeline = await fleet.GetAsync($"/api/tenants/{tenant.Tenant}/timeline");
        Assert.Empty(timeline.GetProperty("points").EnumerateArray());
        Assert.Equal("0000000000000007", timeline.GetProperty("labels").EnumerateArray().Single().GetProperty("txid").GetString());
        Assert.Equal(["sum", "integrity"], timeline.GetProperty("drills").EnumerateArray().Single().GetProperty("checks").EnumerateArray().Select(c => c.GetString()));
    }

    [Fact]
    public async Task A_replica_that_cannot_be_read_from_here_is_said_to_be_so()
    {
        await using var fleet = await SeededFleet.StartAsync(o => o with { S3Endpoint = "http://127.0.0.1:9" });
        var tenant = fleet.Tenant("web-1", t => t with { Replica = "nats://elsewhere/replica" });
        var answer = await fleet.Cloud.GetAsync($"/api/tenants/{tenant.Tenant}/timeline");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (answer.StatusCode, await RunningCloud.CodeAsync(answer)));
        var elsewhere = fleet.Tenant("web-1", t => t with { Replica = "s3://bucket/databases/x?endpoint=http://169.254.169.254" });
        Assert.Equal("unavailable", await RunningCloud.CodeAsync(await fleet.Cloud.GetAsync($"/api/tenants/{elsewhere.Tenant}/timeline")));
        Assert.Equal("unknown-tenant", await RunningCloud.CodeAsync(await fleet.Cloud.GetAsync($"/api/tenants/{Guid.NewGuid()}/timeline")));
        Assert.Equal("bad-guid", await RunningCloud.CodeAsync(await fleet.Cloud.GetAsync("/api/tenants/x/timeline")));
        Assert.Equal("bad-parameter", await RunningCloud.CodeAsync(await fleet.Cloud.GetAsync($"/api/tenants/{tenant.Tenant}/timeline?exact=true&limit=101")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A database with so many commits, each synced before the next.</summary>
    private async Task<(TenantRecord Tenant, List<string> Txids)> ReplicateAsync(SeededFleet fleet, int commits)
    {
        var tenant = fleet.Tenant("web-1", t => t with { Replica = $"file://{_folder}/backups/databases/{t.Tenant}" });
        var path = Path.Combine(_folder, $"{tenant.Tenant}.db");
        await using var store = Store.Open(new() { StateDirectory = Path.Combine(_folder, "state") }, [ReplicaRoot.Parse($"file://{_folder}/backups")]);
        var database = await store.OpenAsync(path, default);
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        Run("PRAGMA journal_mode=WAL; CREATE TABLE t (x)");
        var txids = new List<string>();
        for (var i = 0; i < commits; i++)
        {
            Run("INSERT INTO t VALUES (randomblob(100))");
            txids.Add((await database.SyncAsync(default)).ToString());
        }
        connection.Close();
        await store.StopAsync(default);
        return (tenant, txids);

        void Run(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }
}
