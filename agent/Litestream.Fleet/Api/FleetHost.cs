namespace Litestream.Fleet.Api;

/// <summary>A host as the API shows it: its last digest, and what its age makes of it.</summary>
public sealed record FleetHost
{
    public required string HostId { get; init; }

    /// <summary>One of <see cref="LivenessWords"/>.</summary>
    public required string Liveness { get; init; }

    /// <summary>One of <see cref="Items.HostStates"/>, as it last said.</summary>
    public required string State { get; init; }

    /// <summary>Of its last digest, UTC, by its own clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>By the clock of whoever answers; 0 when that one is behind.</summary>
    public required double AgeSeconds { get; init; }

    public required double IntervalSeconds { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required string Version { get; init; }

    public required int Tenants { get; init; }

    /// <summary>Tenants by status; every word of <see cref="StatusWords"/> is there.</summary>
    public required IReadOnlyDictionary<string, int> Counts { get; init; }

    /// <summary>In error or past the lag limit.</summary>
    public int UnhealthyTenants { get; init; }

    public int HotTenants { get; init; }

    /// <summary>Replicated, and no tenants: their names are no GUIDs.</summary>
    public int OtherDatabases { get; init; }

    public double WorstLagSeconds { get; init; }

    public double P99LagSeconds { get; init; }

    /// <summary>The objective.</summary>
    public double LagLimitSeconds { get; init; }

    /// <summary>Captured and not in every replica yet.</summary>
    public long DirtyBytes { get; init; }

    public long TenantBytes { get; init; }

    /// <summary>Of the watched file system with the least room; null when unknown.</summary>
    public long? DiskFreeBytes { get; init; }

    public long? DiskBytes { get; init; }

    /// <summary>Requests to replicas since its start, by operation (PUT, GET, LIST, DELETE).</summary>
    public required IReadOnlyDictionary<string, long> Requests { get; init; }
}
