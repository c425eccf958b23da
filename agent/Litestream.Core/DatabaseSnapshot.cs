using Litestream.Ltx;

namespace Litestream;

/// <summary>One database as it stands now: an immutable copy for status pages and metrics.</summary>
public sealed record DatabaseSnapshot
{
    /// <summary>Name below the replica's <c>databases/</c>: a lower-case GUID, or the name given with <c>-dsn</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute path of the database file.</summary>
    public required string Path { get; init; }

    /// <summary>Each of its replicas, in the order in which they were given.</summary>
    public required IReadOnlyList<ReplicaSnapshot> Replicas { get; init; }

    /// <summary>URL of its first replica.</summary>
    public string ReplicaUrl => Replicas[0].Url;

    public required DatabaseStatus Status { get; init; }

    public required DatabaseReason Reason { get; init; }

    /// <summary>The reason as a sentence with its remedy; null when all is well.</summary>
    public string? Detail { get; init; }

    /// <summary>When it was first registered, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Size of the database in bytes as last captured; 0 while unknown.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Page size in bytes; 0 while unknown.</summary>
    public int PageSize { get; init; }

    /// <summary>Logical size of the WAL in bytes as last seen; 0 when cold.</summary>
    public long WalBytes { get; init; }

    /// <summary>Since when a reader of an application keeps the WAL from being reset, UTC; null while none does.</summary>
    public DateTimeOffset? WalPinnedSince { get; init; }

    /// <summary>Under which this agent owns the chain; 0 before its first file.</summary>
    internal uint Epoch { get; init; }

    /// <summary>Newest captured transaction.</summary>
    public Txid Txid { get; init; }

    /// <summary>Newest transaction that a replica has.</summary>
    public Txid ReplicatedTxid => Replicas.Max(r => r.Txid);

    /// <summary>When something was last published, UTC; null before the first time.</summary>
    public DateTimeOffset? LastSyncAt => Replicas.Max(r => r.LastSyncAt);

    /// <summary>Since when something waits to reach the slowest replica, in seconds; 0 when nothing does.</summary>
    public double LagSeconds { get; init; }

    /// <summary>When the database was last read whole and found equal to what was captured, UTC; null before the first time.</summary>
    public DateTimeOffset? LastProofAt { get; init; }

    /// <summary>States that stay restorable whatever the retention says, oldest first; the last that <see cref="KeptState.IsUndo"/> is what an undo goes back to.</summary>
    public IReadOnlyList<KeptState> Kept { get; init; } = [];

    /// <summary>Text of the last error, also after it passed; null when there was none.</summary>
    public string? LastError { get; init; }

    /// <summary>Stopped by a person; <see cref="Status"/> may name a replica's trouble instead.</summary>
    public bool IsPaused { get; init; }

    /// <summary>This host gave it up; <see cref="IsPaused"/>, too.</summary>
    internal bool IsReleased { get; init; }

    /// <summary>Connections are open.</summary>
    public bool IsHot { get; init; }

    /// <summary>Captured L0 bytes in the state directory that wait for the replica.</summary>
    public long SpoolBytes { get; init; }

    /// <summary>Requests to its replicas since the program started, by operation; null when there were none.</summary>
    public IReadOnlyDictionary<string, long>? Requests => Replicas.All(r => r.Requests is null)
        ? null
        : Replicas.SelectMany(r => r.Requests ?? Enumerable.Empty<KeyValuePair<string, long>>()).GroupBy(c => c.Key).ToDictionary(g => g.Key, g => g.Sum(c => c.Value));

    /// <summary>Counters since start.</summary>
    public DatabaseCounters Counters { get; init; } = new();
}
