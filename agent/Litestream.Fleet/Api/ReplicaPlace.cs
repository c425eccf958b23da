namespace Litestream.Fleet.Api;

/// <summary>One of several places that hold the replicas of an agent's tenants.</summary>
public sealed record ReplicaPlace
{
    /// <summary>Without secrets.</summary>
    public required string Url { get; init; }

    /// <summary>Whether it keeps two writers apart: one of <see cref="FencingWords"/>.</summary>
    public required string Fencing { get; init; }

    /// <summary>Tenants that are replicated there.</summary>
    public int Clients { get; init; }

    /// <summary>How many of them are in error there, or past the lag limit.</summary>
    public int UnhealthyClients { get; init; }

    /// <summary>Largest lag there.</summary>
    public double WorstLagSeconds { get; init; }

    /// <summary>Requests since the program started, by operation (PUT, GET, LIST, DELETE).</summary>
    public required IReadOnlyDictionary<string, long> Requests { get; init; }
}
