using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary>The worker looked into a tenant's replica and did not find what its agent says is there. Kept when it is over, as history, and no problem any more then.</summary>
public sealed record LookRecord
{
    public required Guid Tenant { get; init; }

    /// <summary>Whose agent said so.</summary>
    public string? HostId { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>When it was first noticed.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The transaction that should be there, 16 hexadecimal digits.</summary>
    public required string ClaimedTxid { get; init; }

    /// <summary>When the agent said so.</summary>
    public required DateTimeOffset ClaimedAt { get; init; }

    /// <summary>The newest that is there; null: nothing.</summary>
    public string? SeenTxid { get; init; }

    /// <summary>When that one was captured.</summary>
    public DateTimeOffset? SeenTime { get; init; }

    /// <summary>URL of the replica, without secrets.</summary>
    public required string Replica { get; init; }

    public ItemKey Key => FleetKeys.Look(Tenant);
}
