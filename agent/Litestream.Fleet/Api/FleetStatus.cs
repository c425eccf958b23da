namespace Litestream.Fleet.Api;

/// <summary>Answer of the fleet's <c>/api/status</c>: sums of the digests, under the names of <see cref="StatusReport"/> where it has them.</summary>
public sealed record FleetStatus
{
    /// <summary>Which of the two answers: <see cref="ServesWords.Fleet"/>.</summary>
    public string Serves { get; init; } = ServesWords.Fleet;

    /// <summary>Null: hosts have replicas of their own.</summary>
    public string? Bucket { get; init; }

    /// <summary>Null: as above.</summary>
    public string? Replica { get; init; }

    /// <summary>Empty: hosts watch theirs.</summary>
    public IReadOnlyList<string> WatchDirs { get; init; } = [];

    public required int TotalClients { get; init; }

    /// <summary>Active, and of a host that is live or late.</summary>
    public required int ActiveClients { get; init; }

    /// <summary>In error or past the lag limit, as their hosts say.</summary>
    public required int UnhealthyClients { get; init; }

    /// <summary>Of hosts that are lost, stopped or unknown: nobody vouches for them now.</summary>
    public required int UnknownClients { get; init; }

    public int HotClients { get; init; }

    /// <summary>Tenants by status, as their hosts last said; every word of <see cref="StatusWords"/> is there.</summary>
    public required IReadOnlyDictionary<string, int> Counts { get; init; }

    /// <summary>Of the API.</summary>
    public required double UptimeSeconds { get; init; }

    /// <summary>Tenants with a problem, the worst first, at most <c>limit</c>.</summary>
    public required IReadOnlyList<FleetTenant> Clients { get; init; }

    /// <summary>Always null: <c>/api/tenants?problems=true</c> has all of them.</summary>
    public string? NextCursor { get; init; }

    public required int Hosts { get; init; }

    /// <summary>Hosts by liveness; every word of <see cref="LivenessWords"/> is there.</summary>
    public required IReadOnlyDictionary<string, int> HostCounts { get; init; }

    /// <summary>Of hosts that live.</summary>
    public required double WorstLagSeconds { get; init; }

    /// <summary>Captured and not in every replica yet.</summary>
    public long DirtyBytes { get; init; }

    public long TenantBytes { get; init; }

    /// <summary>Null while nobody drills.</summary>
    public DrillCoverage? Drills { get; init; }

    /// <summary>Version of the API.</summary>
    public required string Version { get; init; }
}
