namespace Litestream.Fleet.Api;

/// <summary>One tenant as the API shows it.</summary>
public sealed record Client
{
    /// <summary>Lower-case GUID, or the name given with <c>-db-name</c>.</summary>
    public required string ClientId { get; init; }

    /// <summary>Absolute path of the database file.</summary>
    public required string DatabasePath { get; init; }

    /// <summary>Where in the replica it is kept, below <see cref="Replica"/>: <c>databases/&lt;guid&gt;</c>.</summary>
    public required string S3Path { get; init; }

    /// <summary>One of <see cref="StatusWords"/>.</summary>
    public required string Status { get; init; }

    /// <summary>First registration, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Complete URL of its replica, without secrets: what <c>litestream restore</c> takes.</summary>
    public required string Replica { get; init; }

    /// <summary>All of them when there are several, the first being <see cref="Replica"/>; else null.</summary>
    public IReadOnlyList<ClientReplica>? Replicas { get; init; }

    public long SizeBytes { get; init; }

    /// <summary>0 while unknown.</summary>
    public int PageSize { get; init; }

    /// <summary>Newest captured transaction, 16 hexadecimal digits; null before the first.</summary>
    public string? Txid { get; init; }

    /// <summary>Newest transaction in the replica, 16 hexadecimal digits; null before the first.</summary>
    public string? ReplicatedTxid { get; init; }

    /// <summary>When everything known was last in the replica, UTC.</summary>
    public DateTimeOffset? LastSyncAt { get; init; }

    /// <summary>How long something has been waiting to reach the replica; 0 when nothing does.</summary>
    public double LagSeconds { get; init; }

    /// <summary>When the replica was last proven equal to the database, UTC.</summary>
    public DateTimeOffset? LastProofAt { get; init; }

    public string? LastError { get; init; }

    /// <summary>One of <see cref="ReasonWords"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>The reason as a sentence with its remedy.</summary>
    public string? Detail { get; init; }

    /// <summary>Requests to the replica for it since the program started, by operation (PUT, GET, LIST, DELETE); null when there were none.</summary>
    public IReadOnlyDictionary<string, long>? Requests { get; init; }
}
