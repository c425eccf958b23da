namespace Litestream.Agent.Api;

/// <summary>The series of each replica of each tenant. They disappear with their tenant, and with their replica.</summary>
internal static class ReplicaMetrics
{
    private static readonly (string Name, string Help, bool IsCounter, Func<DatabaseSnapshot, ReplicaSnapshot, DateTimeOffset, double?> Value)[] Series =
    [
        ("litestream_replica_lag_seconds", "Since when something waits for this replica.", false, (_, r, _) => r.LagSeconds),
        ("litestream_replica_txid", "Newest transaction in this replica.", false, (_, r, _) => r.Txid.Value),
        ("litestream_replica_last_sync_timestamp_seconds", "When something was last published to this replica, since 1970.", false,
            (_, r, _) => r.LastSyncAt?.ToUnixTimeMilliseconds() / 1000d),
        ("litestream_replica_errors_total", "Publishing attempts to this replica that failed.", true, (_, r, _) => r.Errors),
        ("litestream_replica_upkeep_overdue_seconds", "Since when compaction, snapshot or retention are due in this replica and not done.", false, Overdue),
    ];

    public static void Write(MetricsText text, IReadOnlyList<DatabaseSnapshot> databases, DateTimeOffset now)
    {
        foreach (var (name, help, isCounter, value) in Series)
        {
            _ = isCounter ? text.Counter(name, help) : text.Gauge(name, help);
            foreach (var database in databases)
            {
                foreach (var replica in database.Replicas)
                {
                    if (value(database, replica, now) is { } known)
                        text.Sample(name, known, ("db", database.Path), ("tenant", database.Name), ("replica", replica.Url));
                }
            }
        }
        text.Gauge("litestream_replica_status", "How publishing to this replica goes, and why it does not; always 1.");
        foreach (var database in databases)
        {
            foreach (var replica in database.Replicas)
            {
                text.Sample("litestream_replica_status", 1,
                    ("db", database.Path), ("tenant", database.Name), ("replica", replica.Url), ("status", Words.Of(replica.Status)), ("reason", Words.Of(replica.Reason) ?? ""));
            }
        }
    }

    /// <summary>Nothing is done for who paused it, nor in a replica that fails: that has series of its own.</summary>
    private static double? Overdue(DatabaseSnapshot database, ReplicaSnapshot replica, DateTimeOffset now) =>
        replica is { Status: DatabaseStatus.Active, DueAt: { } due } && !database.IsPaused && due < now ? (now - due).TotalSeconds : 0;
}
