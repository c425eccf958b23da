namespace Litestream.Agent.Api;

/// <summary>The series of each tenant: upstream's names (label <c>db</c>, the path) plus <c>tenant</c>, and ours. They disappear with their tenant.</summary>
internal static class TenantMetrics
{
    private static readonly (string Name, string Help, bool IsCounter, Func<DatabaseSnapshot, double?> Value)[] Series =
    [
        ("litestream_db_size", "Size of the database in bytes.", false, d => d.SizeBytes),
        ("litestream_wal_size", "Size of its WAL in bytes.", false, d => d.WalBytes),
        ("litestream_txid", "Newest captured transaction.", false, d => d.Txid.Value),
        ("litestream_disk_full", "1 while no room is left for it.", false, d => IsFull(d) ? 1 : 0),
        ("litestream_total_wal_bytes", "WAL bytes captured.", true, d => d.Counters.WalBytes),
        ("litestream_sync_count", "Rounds that captured something.", true, d => d.Counters.Syncs),
        ("litestream_sync_error_count", "Rounds that failed.", true, d => d.Counters.SyncErrors),
        ("litestream_sync_seconds", "Time spent in rounds.", true, d => d.Counters.SyncSeconds),
        ("litestream_db_last_replica_time", "When something was last published to any replica, seconds since 1970.", false, d => d.LastSyncAt?.ToUnixTimeMilliseconds() / 1000d),
        ("litestream_proof_failures_total", "Comparisons of the whole database that found pages which were not what was captured.", true, d => d.Counters.FailedChecks),
    ];

    private static readonly (string Name, string Help, Func<DatabaseSnapshot, double> Value)[] Checkpoints =
    [
        ("litestream_checkpoint_count", "Checkpoints made.", d => d.Counters.Checkpoints),
        ("litestream_checkpoint_error_count", "Checkpoints that failed.", d => d.Counters.CheckpointErrors),
        ("litestream_checkpoint_seconds", "Time spent in checkpoints.", d => d.Counters.CheckpointSeconds),
    ];

    private static readonly Dictionary<string, long> NoRequests = [];

    public static void Write(MetricsText text, IReadOnlyList<DatabaseSnapshot> databases, DateTimeOffset now)
    {
        foreach (var (name, help, isCounter, value) in Series)
        {
            _ = isCounter ? text.Counter(name, help) : text.Gauge(name, help);
            foreach (var database in databases)
            {
                if (value(database) is { } known)
                    text.Sample(name, known, ("db", database.Path), ("tenant", database.Name));
            }
        }
        foreach (var (name, help, value) in Checkpoints)
        {
            text.Counter(name, help);
            foreach (var database in databases)
                text.Sample(name, value(database), ("db", database.Path), ("tenant", database.Name), ("mode", "PASSIVE"));
        }
        text.Counter("litestream_tenant_operation_total", "Requests to the replica for this tenant: what it costs.");
        foreach (var database in databases)
        {
            foreach (var (operation, count) in database.Requests ?? NoRequests)
                text.Sample("litestream_tenant_operation_total", count, ("db", database.Path), ("tenant", database.Name), ("operation", operation));
        }
        text.Gauge("litestream_tenant_status", "What it is doing, and why when it is not active; always 1.");
        foreach (var database in databases)
        {
            // Hot and cold change all day: as a label they would be a new series each time.
            var reason = database.Status == DatabaseStatus.Active ? null : Words.Of(database.Reason);
            text.Sample("litestream_tenant_status", 1, ("db", database.Path), ("tenant", database.Name), ("status", Words.Of(database.Status)), ("reason", reason ?? ""));
        }
        WriteTimes(text, databases, now);
    }

    private static void WriteTimes(MetricsText text, IReadOnlyList<DatabaseSnapshot> databases, DateTimeOffset now)
    {
        text.Gauge("litestream_wal_pinned_seconds", "Since when a reader of the application keeps its WAL from being reset, 0 while none does.");
        foreach (var database in databases)
            text.Sample("litestream_wal_pinned_seconds", database.WalPinnedSince is { } since ? Math.Max(0, (now - since).TotalSeconds) : 0, ("db", database.Path), ("tenant", database.Name));
        text.Gauge("litestream_proof_age_seconds", "Since when its replica has not been proven.");
        foreach (var database in databases)
        {
            if (database.LastProofAt is { } proven)
                text.Sample("litestream_proof_age_seconds", Math.Max(0, (now - proven).TotalSeconds), ("db", database.Path), ("tenant", database.Name));
        }
    }

    private static bool IsFull(DatabaseSnapshot database) =>
        IsFull(database.Reason) || database.Replicas.Any(r => IsFull(r.Reason));

    private static bool IsFull(DatabaseReason reason) => reason is DatabaseReason.DatabaseDiskFull or DatabaseReason.StateDiskFull or DatabaseReason.ReplicaDiskFull;
}
