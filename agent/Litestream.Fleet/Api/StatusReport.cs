namespace Litestream.Fleet.Api;

/// <summary>Answer of <c>/api/status</c>.</summary>
public sealed record StatusReport
{
    /// <summary>Which of the two answers: <see cref="ServesWords.Host"/>.</summary>
    public string Serves { get; init; } = ServesWords.Host;

    /// <summary>Null for a folder.</summary>
    public string? Bucket { get; init; }

    /// <summary>URL of the place that holds all replicas, without secrets.</summary>
    public required string Replica { get; init; }

    /// <summary>All of them when there are several, the first being <see cref="Replica"/>; else null.</summary>
    public IReadOnlyList<ReplicaPlace>? Replicas { get; init; }

    /// <summary>Whether the replica keeps two writers apart: one of <see cref="FencingWords"/>.</summary>
    public required string Fencing { get; init; }

    /// <summary>Requests to the replica since the program started, by operation (PUT, GET, LIST, DELETE); null when there is no agent.</summary>
    public IReadOnlyDictionary<string, long>? Requests { get; init; }

    /// <summary>Absolute paths.</summary>
    public required IReadOnlyList<string> WatchDirs { get; init; }

    public required int TotalClients { get; init; }

    /// <summary>Tenants whose status is <see cref="StatusWords.Active"/>.</summary>
    public required int ActiveClients { get; init; }

    /// <summary>In error or past the lag limit; <c>?unhealthy=true</c> lists them.</summary>
    public int UnhealthyClients { get; init; }

    /// <summary>As they should be, but one of their replicas is not; <c>?unhealthy=true</c> lists them, too.</summary>
    public int PartlyUnhealthyClients { get; init; }

    public required double UptimeSeconds { get; init; }

    /// <summary>Tenants by status; every word of <see cref="StatusWords"/> is there.</summary>
    public required IReadOnlyDictionary<string, int> Counts { get; init; }

    /// <summary>Ordered by <see cref="Client.ClientId"/>, at most <c>limit</c>.</summary>
    public required IReadOnlyList<Client> Clients { get; init; }

    /// <summary>The value of <c>cursor</c> that continues the list; null at its end.</summary>
    public string? NextCursor { get; init; }

    /// <summary>At most 100.</summary>
    public required IReadOnlyList<SkippedFile> Skipped { get; init; }

    /// <summary>How many there are in all.</summary>
    public required int SkippedCount { get; init; }

    /// <summary>The watched directories again, each with its state.</summary>
    public required IReadOnlyList<DirectoryStatus> Directories { get; init; }

    /// <summary>What the operator should know and nothing is broken by, e.g. replica and data on one file system.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Of which nobody says how they are: 0, as their host answers itself.</summary>
    public int UnknownClients { get; init; }

    /// <summary>1: itself; 0 when there is no agent.</summary>
    public int Hosts { get; init; }

    /// <summary>Hosts by liveness; every word of <see cref="LivenessWords"/> is there. Null when there is no agent.</summary>
    public IReadOnlyDictionary<string, int>? HostCounts { get; init; }

    /// <summary>Captured and not in every replica yet.</summary>
    public long DirtyBytes { get; init; }

    public long TenantBytes { get; init; }

    /// <summary>Null: nobody drills here.</summary>
    public DrillCoverage? Drills { get; init; }

    /// <summary>Tenants with open connections now.</summary>
    public required int HotClients { get; init; }

    /// <summary>Captured bytes that wait for the replica.</summary>
    public required long SpoolBytes { get; init; }

    /// <summary>Largest lag of all tenants.</summary>
    public required double WorstLagSeconds { get; init; }

    public required double LagLimitSeconds { get; init; }

    /// <summary>Null for an agent that is in no fleet.</summary>
    public FleetConnection? Fleet { get; init; }

    /// <summary>Version of the agent.</summary>
    public required string Version { get; init; }
}
