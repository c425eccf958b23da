namespace Litestream.Agent.Tests.Monitoring;

/// <summary>
/// An agent in the situations that dashboard and alerts are about: a replica that is down, a tenant that reaches none, another writer, a pinned WAL, a
/// database that was replaced, a file that is no tenant. Made once for all tests that look at it.
/// </summary>
public sealed class TroubledAgent : IAsyncLifetime, IDisposable
{
    private static readonly string[] Tenants = ["well", "late", "failing", "split", "pinned", "replaced"];

    private readonly TwoPlaces _places = new();
    private readonly List<BlockedFolder> _blocked = [];
    private RunningAgent _agent = null!;

    /// <summary>What it serves.</summary>
    internal PromSelectors Served { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var applications = Tenants.ToDictionary(t => t, _places.Create);
        _places.Folder.File(Path.Combine(_places.Folder.Folder("clients"), "notes.data"), "no database");
        _agent = await _places.StartAsync(Tenants, "  - {dir: clients, pattern: \"*.data\", replica: backups/clients}");
        foreach (var tenant in Tenants)
            await _agent.SyncedAsync(tenant);
        await Eventually.Becomes(() => Tenants.All(t => _agent.Find(t)!.Snapshot() is { } s && s.Replicas.All(r => r.Txid == s.Txid)), "all are everywhere");

        Block("b/late");
        Block("a/failing");
        Block("b/failing");
        foreach (var tenant in new[] { "late", "failing" })
            applications[tenant].Sql("INSERT INTO t VALUES (1)");
        Split(applications["split"], applications["well"]);
        await ReplaceAsync(applications["replaced"]);
        using var reader = new Application(_places.Folder["pinned.db"]);
        Pin(reader, applications["pinned"]);
        await Eventually.Becomes(() => Replica("late", 1).Status == DatabaseStatus.Error && Of("failing").Status == DatabaseStatus.Error, "two are in trouble");
        await Eventually.Becomes(() => Replica("split", 0).Status == DatabaseStatus.SplitBrain, "another writer is found");
        await Eventually.Becomes(() => Of("pinned").WalPinnedSince is not null, "the reader is found");
        await Eventually.Becomes(() => Of("replaced").Counters.Resyncs > 0, "it is compared anew");
        await Eventually.Becomes(
            () => _agent.Http.GetStringAsync("metrics").Result.Contains("litestream_unhealthy_tenants 1", StringComparison.Ordinal), "the last count has it");
        Served = new(await TwoPlaces.MetricsAsync(_agent));
    }

    public async Task DisposeAsync()
    {
        _blocked.ForEach(b => b.Unblock());
        await _agent.DisposeAsync();
    }

    public void Dispose() => _places.Dispose();

    private void Block(string replica) => _blocked.Add(new(_places.Folder[$"backups/{replica}"]));

    /// <summary>The file that its next transaction would be is there already, and somebody else's.</summary>
    private void Split(Application application, Application other)
    {
        other.Sql("INSERT INTO t VALUES (1)");
        var next = $"{Of("split").Txid.Next}-{Of("split").Txid.Next}.ltx";
        var theirs = _places.Folder[$"backups/a/well/ltx/0/{next}"];
        Eventually.Becomes(() => File.Exists(theirs), "the other's file").Wait();
        Directory.CreateDirectory(_places.Folder["backups/a/split/ltx/0"]);
        File.Copy(theirs, _places.Folder[$"backups/a/split/ltx/0/{next}"]);
        application.Sql("INSERT INTO t VALUES (2)");
    }

    private async Task ReplaceAsync(Application application)
    {
        application.Close();
        await Eventually.Becomes(() => !Of("replaced").IsHot && !File.Exists(_places.Folder["replaced.db-wal"]), "it is closed");
        var made = _places.Create("new");
        made.Sql("INSERT INTO t VALUES ('another database')");
        made.Close();
        File.Move(_places.Folder["new.db"], _places.Folder["replaced.db"], overwrite: true);
    }

    private static void Pin(Application reader, Application writer)
    {
        reader.Sql("BEGIN");
        reader.Sql("SELECT count(*) FROM t");
        for (var i = 0; i < 60; i++)
            writer.Sql("INSERT INTO t SELECT hex(randomblob(1500)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<50) SELECT i FROM n)");
    }

    private DatabaseSnapshot Of(string tenant) => _agent.Find(tenant)!.Snapshot();

    private ReplicaSnapshot Replica(string tenant, int place) => Of(tenant).Replicas[place];
}
