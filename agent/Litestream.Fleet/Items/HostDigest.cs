namespace Litestream.Fleet.Items;

/// <summary>What a host says of itself every interval: sums, never a list. Its age tells whether the host lives; nothing in the table ever says "lost".</summary>
public sealed record HostDigest
{
    public required string HostId { get; init; }

    /// <summary>One of <see cref="HostStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>The host's clock when it was made.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Start of the agent.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How often it says so.</summary>
    public required double IntervalSeconds { get; init; }

    public required string Version { get; init; }

    /// <summary>
    /// Raised by one by each start of an agent under this id, so that of two under one id the older one notices. 0 in a digest that was not written yet.
    /// </summary>
    public long LeaseEpoch { get; init; }

    /// <summary>Raised by one by whoever puts a command for this host, behind the command: a number other than the last one seen means "look". Never lowered.</summary>
    public long CommandsWaiting { get; init; }

    /// <summary>Tenants, the sum of the six that follow.</summary>
    public int Tenants { get; init; }

    public int Active { get; init; }

    public int Waiting { get; init; }

    public int Paused { get; init; }

    public int Error { get; init; }

    public int SplitBrain { get; init; }

    public int Lost { get; init; }

    /// <summary>In error or past the lag limit.</summary>
    public int Unhealthy { get; init; }

    /// <summary>With open connections.</summary>
    public int Hot { get; init; }

    /// <summary>Databases that are replicated and are no tenants, as their names are no GUIDs: no items of the fleet.</summary>
    public int OtherDatabases { get; init; }

    public double WorstLagSeconds { get; init; }

    /// <summary>Of a hundred tenants one is further behind.</summary>
    public double P99LagSeconds { get; init; }

    /// <summary>The objective.</summary>
    public double LagLimitSeconds { get; init; }

    /// <summary>Captured and not in every replica yet.</summary>
    public long DirtyBytes { get; init; }

    /// <summary>Sum of all tenants' sizes.</summary>
    public long TenantBytes { get; init; }

    /// <summary>Of the watched file system with the least room; null when unknown.</summary>
    public long? DiskFreeBytes { get; init; }

    /// <summary>Size of the same file system.</summary>
    public long? DiskBytes { get; init; }

    /// <summary>Requests to replicas since the agent started.</summary>
    public long PutRequests { get; init; }

    public long GetRequests { get; init; }

    public long ListRequests { get; init; }

    public long DeleteRequests { get; init; }
}
