namespace Litestream.Fleet.Api;

/// <summary>How an agent and the table of its fleet get along.</summary>
public sealed record FleetConnection
{
    public required string Table { get; init; }

    /// <summary>What this agent is called there.</summary>
    public required string HostId { get; init; }

    /// <summary>One of <see cref="FleetConnectionWords"/>.</summary>
    public required string State { get; init; }

    public required double IntervalSeconds { get; init; }

    /// <summary>The last heartbeat that the table took, UTC; null before the first.</summary>
    public DateTimeOffset? LastHeartbeatAt { get; init; }

    /// <summary>Since then, suspended time included.</summary>
    public double? HeartbeatAgeSeconds { get; init; }

    /// <summary>For ten intervals no heartbeat was confirmed: other hosts may take this one for lost.</summary>
    public bool LeasePast { get; init; }

    /// <summary>Tenants of whose present state the table does not know yet.</summary>
    public int WaitingTenants { get; init; }

    /// <summary>Tenants that another host owns, though this one has a file of them.</summary>
    public int TenantsElsewhere { get; init; }

    /// <summary>To the table, since the program started.</summary>
    public long Requests { get; init; }

    /// <summary>Of them without an answer.</summary>
    public long Errors { get; init; }

    /// <summary>The last one, also after it has passed.</summary>
    public string? LastError { get; init; }
}
