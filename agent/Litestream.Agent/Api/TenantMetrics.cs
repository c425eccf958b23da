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
        ("litestream_replica_lag_seconds", "Since when something waits for the replica.", false, d => d.LagSeconds),
        ("litestream_db_last_replica_time", "When everything known was last in the replica, seconds since 1970.", false, d => d.LastSyncAt?.ToUnixTimeMilliseconds() / 1000d),
        ("litestream_replica_txid", "Newest transaction in the replica.", false, d => d.ReplicatedTxid.Value),
        ("litestream_replica_errors_total", "Publishing attempts that failed.", true, d => d.Counters.PublishErrors),
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
        text.Gauge("litestream_proof_age_seconds", "Since when its replica has not been proven.");
        foreach (var database in databases)
        {
            if (database.LastProofAt is { } proven)
                text.Sample("litestream_proof_age_seconds", (now - proven).TotalSeconds, ("db", database.Path), ("tenant", database.Name));
        }
    }

    private static bool IsFull(DatabaseSnapshot database) =>
        database.Reason is DatabaseReason.DatabaseDiskFull or DatabaseReason.StateDiskFull or DatabaseReason.ReplicaDiskFull;
}
