using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary>A tenant as its owner last described it: at each change of state, and hourly while it is written.</summary>
public sealed record TenantRecord
{
    public required Guid Tenant { get; init; }

    /// <summary>Null after a release: nobody owns it, it is in no host's list.</summary>
    public required string? HostId { get; init; }

    /// <summary>Who had it before the host that has taken it over, while that one has not described it yet.</summary>
    public string? FormerHost { get; init; }

    /// <summary>Under which its owner writes the chain; of two who write, the higher one is right. 0 before the first file.</summary>
    public required long Epoch { get; init; }

    /// <summary>Complete URL of its first replica, without secrets: what <c>litestream restore</c> takes.</summary>
    public required string Replica { get; init; }

    /// <summary>Absolute path of the database on its host.</summary>
    public required string Path { get; init; }

    /// <summary>One of <see cref="StatusWords"/>.</summary>
    public required string Status { get; init; }

    /// <summary>One of <see cref="ReasonWords"/>; null when there is nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>The reason as a sentence; in the item at most 300 characters.</summary>
    public string? Detail { get; init; }

    /// <summary>Since when status, reason and problem are so.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>One of <see cref="ProblemWords"/>; null while all is well.</summary>
    public string? Problem { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public long SizeBytes { get; init; }

    /// <summary>0 while unknown.</summary>
    public int PageSize { get; init; }

    /// <summary>Newest captured transaction, 16 hexadecimal digits; null before the first.</summary>
    public string? Txid { get; init; }

    /// <summary>Newest transaction in a replica.</summary>
    public string? ReplicatedTxid { get; init; }

    public DateTimeOffset? LastSyncAt { get; init; }

    /// <summary>Newest full image in its first replica.</summary>
    public DateTimeOffset? LastSnapshotAt { get; init; }

    /// <summary>When it was last read whole and found equal to what was captured.</summary>
    public DateTimeOffset? LastProofAt { get; init; }

    /// <summary>When its backup was last restored aside and looked at. Written by whoever did; its owner's agent leaves it as it is.</summary>
    public DateTimeOffset? LastDrillAt { get; init; }

    /// <summary>What that came to: one of <see cref="ProofVerdicts"/>.</summary>
    public string? LastDrillVerdict { get; init; }

    /// <summary>When a drill of it last passed.</summary>
    public DateTimeOffset? LastDrillPassAt { get; init; }

    /// <summary>How long that restore took.</summary>
    public double? DrillSeconds { get; init; }

    /// <summary>Size of what it restored.</summary>
    public long? DrillBytes { get; init; }

    /// <summary>When the worker last asked its host for a drill: too large for the worker, or out of its reach.</summary>
    public DateTimeOffset? DrillAskedAt { get; init; }

    /// <summary>When the worker first came by: a tenant of yesterday is not late with its proof.</summary>
    public DateTimeOffset? VisitedSince { get; init; }

    /// <summary>When the worker last looked into the replica, whatever its owner says of that.</summary>
    public DateTimeOffset? SeenAt { get; init; }

    /// <summary>The newest transaction that it found there; null: none.</summary>
    public string? SeenTxid { get; init; }

    /// <summary>Since when the worker finds less there than the owner says; null: it does not.</summary>
    public DateTimeOffset? BehindSince { get; init; }

    public double LagSeconds { get; init; }

    /// <summary>The objective.</summary>
    public double LagLimitSeconds { get; init; }

    /// <summary>The transaction that undoes the last restore in place: pinned, so that it can be restored whatever retention says.</summary>
    public string? UndoTxid { get; init; }

    /// <summary>Until when it is pinned.</summary>
    public DateTimeOffset? UndoUntil { get; init; }

    public ItemKey Key => FleetKeys.Tenant(Tenant);
}
