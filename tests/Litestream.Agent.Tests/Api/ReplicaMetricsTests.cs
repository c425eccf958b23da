using System.Net.Http.Json;
using Litestream.Agent.Api;
using Litestream.Agent.Tests.Commands;
using Litestream.Agent.Tests.Monitoring;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Tests.Api;

/// <summary>Each replica of a database by itself, in metrics and status.</summary>
public sealed class ReplicaMetricsTests : IDisposable
{
    private static readonly string[] OfReplica =
    [
        "litestream_replica_lag_seconds", "litestream_replica_txid", "litestream_replica_last_sync_timestamp_seconds", "litestream_replica_errors_total",
        "litestream_replica_upkeep_overdue_seconds", "litestream_replica_status",
    ];

    private readonly TwoPlaces _places = new();

    public void Dispose() => _places.Dispose();

    [Fact]
    public async Task A_replica_that_is_down_shows_in_its_own_series_and_the_other_s_stay_as_they_were()
    {
        var application = _places.Create("app");
        await using var agent = await _places.StartAsync(["app"], lagLimit: TimeSpan.FromMilliseconds(200));
        await agent.SyncedAsync("app");
        await Eventually.Becomes(() => agent.Find("app")!.Snapshot().Replicas.All(r => r.Txid == agent.Find("app")!.Snapshot().Txid), "both have it");
        var before = await TwoPlaces.MetricsAsync(agent);
        Assert.All(OfReplica, name => Assert.Equal([_places.UrlOf("app", "a"), _places.UrlOf("app", "b")], before.Where(s => s.Name == name).Select(s => s.Labels["replica"])));
        Assert.Equal((0, 0), (Of(before, "litestream_replica_lag_seconds", "b"), Of(before, "litestream_replica_errors_total", "b")));

        var blocked = new BlockedFolder(_places.Folder["backups/b/app"]);
        application.Sql("INSERT INTO t VALUES (1)");
        await Eventually.Becomes(() => agent.Find("app")!.Snapshot() is { } s && s.Replicas[0].Txid == s.Txid && s.Replicas[1].LagSeconds > 0.3, "b is late, a is not");
        var late = await TwoPlaces.MetricsAsync(agent);
        Assert.Equal(0, Of(late, "litestream_replica_lag_seconds", "a"));
        Assert.True(Of(late, "litestream_replica_lag_seconds", "b") > 0.3);
        Assert.Equal(Of(late, "litestream_replica_txid", "a"), Of(late, "litestream_replica_txid", "b") + 1);
        Assert.True(Of(late, "litestream_replica_errors_total", "b") > 0);
        Assert.Equal(0, Of(late, "litestream_replica_errors_total", "a"));
        Assert.Equal(["active", "error"], late.Where(s => s.Name == "litestream_replica_status").Select(s => s.Labels["status"]));
        Assert.Equal("active", late.Single(s => s.Name == "litestream_tenant_status").Labels["status"]);

        var client = (await agent.Http.GetFromJsonAsync("api/databases/app", FleetJson.Default.Client))!;
        Assert.Equal(("active", 0, 0), (client.Replicas![0].Status, client.Replicas[0].LagSeconds, client.Replicas[0].Errors));
        Assert.Equal(("error", true), (client.Replicas[1].Status, client.Replicas[1] is { LagSeconds: > 0.3, Errors: > 0, Detail: not null }));
        Assert.Equal("app", (await agent.StatusAsync("?unhealthy=true")).Clients.Single().ClientId);
        await Eventually.Becomes(() => agent.StatusAsync().Result.Replicas!.Select(r => (r.Clients, r.UnhealthyClients)).SequenceEqual([(1, 0), (1, 1)]), "the place is named");
        var said = await ProgramRun.Of(_places.Folder.Path, "status", "-config", _places.Folder["litestream.yml"]);
        Assert.True(said.ExitCode == 0, said.Error);
        Assert.Matches($@"(?m)^  replica +active +[0-9a-f]{{16}} +- .* {_places.UrlOf("app", "a")}$", said.Out);
        Assert.Matches($@"(?m)^  replica +error +[0-9a-f]{{16}} +[0-9.]+s .* {_places.UrlOf("app", "b")}", said.Out);
        Assert.Matches($@"(?m)^replica {_places.UrlOf("app", "b")}: 1 of 1 late or failing, worst lag [0-9.]+s$", said.Out);
        Assert.Matches($@"(?m)^replica {_places.UrlOf("app", "a")}: all is well$", said.Out);

        blocked.Unblock();
        await Eventually.Becomes(() => agent.Find("app")!.Snapshot() is { LagSeconds: 0 } s && s.Replicas[1] is { Status: DatabaseStatus.Active } b && b.Txid == s.Txid, "caught up");
        Assert.Empty((await agent.StatusAsync("?unhealthy=true")).Clients);
    }

    [Fact]
    public async Task Series_go_with_their_tenant_and_with_their_replica()
    {
        _places.Create("app");
        _places.Create("other");
        await using (var both = await _places.StartAsync(["app", "other"]))
        {
            await both.SyncedAsync("app");
            await both.SyncedAsync("other");
            await both.Find("other")!.StopAsync(CancellationToken.None);
            var store = both.Host.Stores.All.Single(s => s.Find("other") is not null);
            await store.UnregisterAsync(store.Find("other")!, CancellationToken.None);
            var without = await TwoPlaces.MetricsAsync(both);
            Assert.Equal(["app"], without.Where(s => s.Labels.ContainsKey("tenant")).Select(s => s.Labels["tenant"]).Distinct());
            Assert.Equal(2, without.Where(s => s.Labels.ContainsKey("replica")).Select(s => s.Labels["replica"]).Distinct().Count());
            Assert.True(await both.StopAsync());
        }
        await using var one = await _places.StartAsync([], "  - {path: app.db, replica: backups/a/app}");
        await one.SyncedAsync("app");
        Assert.Equal([_places.UrlOf("app", "a")], (await TwoPlaces.MetricsAsync(one)).Where(s => s.Labels.ContainsKey("replica")).Select(s => s.Labels["replica"]).Distinct());
    }

    /// <summary>A scrape stays small, and an alert can still name whom it is about.</summary>
    [Fact]
    public async Task Of_very_many_tenants_only_the_conspicuous_ones_have_series()
    {
        using var folder = new TestFolder();
        folder.Folder("clients");
        for (var i = 0; i < MetricsEndpoint.MostTenants; i++)
            folder.File($"clients/{i:x8}-0000-0000-0000-000000000000.db");
        const string late = "ffffffff-0000-0000-0000-000000000000";
        var blocked = new BlockedFolder(folder[$"replica/databases/{late}"]);
        using var application = new Application(folder[$"clients/{late}.db"]);
        application.Sql("PRAGMA journal_mode = WAL");
        application.Sql("CREATE TABLE t (x)");
        await using var agent = await RunningAgent.StartAsync(folder);
        await Eventually.Becomes(() => agent.Find(late)?.Snapshot().Status == DatabaseStatus.Error && agent.Host.Stores.Count > MetricsEndpoint.MostTenants, "all are there, one in error");
        await Eventually.Becomes(() => Tenants(agent, "").SequenceEqual([late]), "only that one has series");
        Assert.Equal(MetricsEndpoint.MostTenants + 1, Tenants(agent, "?tenants=all").Count);
        blocked.Unblock();
    }

    private static List<string> Tenants(RunningAgent agent, string query) =>
        [.. MetricSeries.Read(agent.Http.GetStringAsync($"metrics{query}").Result).Where(s => s.Name == "litestream_tenant_status").Select(s => s.Labels["tenant"])];

    private double Of(IReadOnlyList<MetricSeries> series, string name, string place) =>
        series.Single(s => s.Name == name && s.Labels["replica"] == _places.UrlOf("app", place)).Value;
}
