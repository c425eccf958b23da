namespace Litestream.Fleet.Api;

/// <summary>A tenant as the API shows it. The list of one host's tenants knows only what the index repeats; the rest is null there.</summary>
public sealed record FleetTenant
{
    public required Guid TenantId { get; init; }

    /// <summary>Of a database whose name is no GUID, which only its own host's API shows: its name there, of which <see cref="TenantId"/> is made. Else null.</summary>
    public string? Name { get; init; }

    /// <summary>Its owner; null: nobody's.</summary>
    public required string? HostId { get; init; }

    /// <summary>Of the owner: one of <see cref="LivenessWords"/>.</summary>
    public required string HostLiveness { get; init; }

    /// <summary>One of <see cref="HealthWords"/>.</summary>
    public required string Health { get; init; }

    /// <summary>One of <see cref="StatusWords"/>, as its owner last said.</summary>
    public required string Status { get; init; }

    /// <summary>One of <see cref="ReasonWords"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>The reason as a sentence with its remedy.</summary>
    public string? Detail { get; init; }

    /// <summary>One of <see cref="Items.ProblemWords"/>; null while all is well.</summary>
    public string? Problem { get; init; }

    /// <summary>Since when status, reason and problem are so, UTC.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Under which its owner writes the chain: a take-over or a release names it, so that a stale one is refused.</summary>
    public required long Epoch { get; init; }

    /// <summary>Complete URL of its first replica, without secrets.</summary>
    public string? Replica { get; init; }

    /// <summary>Absolute path of the database on its host.</summary>
    public string? DatabasePath { get; init; }

    /// <summary>When its owner last said so, UTC.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    public long? SizeBytes { get; init; }

    public int? PageSize { get; init; }

    /// <summary>Newest captured transaction, 16 hexadecimal digits.</summary>
    public string? Txid { get; init; }

    /// <summary>Newest transaction in a replica.</summary>
    public string? ReplicatedTxid { get; init; }

    public DateTimeOffset? LastSyncAt { get; init; }

    /// <summary>Newest full image in its first replica, UTC.</summary>
    public DateTimeOffset? LastSnapshotAt { get; init; }

    /// <summary>When the database was last read whole and found equal to what was captured, UTC.</summary>
    public DateTimeOffset? LastProofAt { get; init; }

    /// <summary>When its backup was last restored aside and looked at, UTC; null: never.</summary>
    public DateTimeOffset? LastDrillAt { get; init; }

    /// <summary>What that came to: one of <see cref="Items.ProofVerdicts"/>.</summary>
    public string? LastDrillVerdict { get; init; }

    /// <summary>When a drill of it last passed, UTC; null: never.</summary>
    public DateTimeOffset? LastDrillPassAt { get; init; }

    /// <summary>How long that restore took.</summary>
    public double? DrillSeconds { get; init; }

    /// <summary>When the worker last looked into its replica, whatever its owner says of that, UTC.</summary>
    public DateTimeOffset? SeenAt { get; init; }

    /// <summary>The newest transaction that it found there, 16 hexadecimal digits.</summary>
    public string? SeenTxid { get; init; }

    /// <summary>Since when it finds less there than the owner says, UTC; null: it does not.</summary>
    public DateTimeOffset? BehindSince { get; init; }

    public double? LagSeconds { get; init; }

    /// <summary>The objective.</summary>
    public double? LagLimitSeconds { get; init; }

    /// <summary>The transaction that an undo of the last restore in place goes back to; null: there is none.</summary>
    public string? UndoTxid { get; init; }

    /// <summary>Until when, UTC.</summary>
    public DateTimeOffset? UndoUntil { get; init; }
}
