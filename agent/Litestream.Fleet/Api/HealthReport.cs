namespace Litestream.Fleet.Api;

/// <summary>Answer of <c>/api/health</c>: 200 when <see cref="Status"/> is <c>healthy</c>, else 503.</summary>
public sealed record HealthReport
{
    /// <summary><c>healthy</c> or <c>unhealthy</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Of the agent.</summary>
    public required string Version { get; init; }

    public required int TotalClients { get; init; }

    public required int UnhealthyClients { get; init; }

    /// <summary>Largest lag of all tenants.</summary>
    public required double WorstLagSeconds { get; init; }

    /// <summary>A tenant is unhealthy past this.</summary>
    public required double LagLimitSeconds { get; init; }

    /// <summary>Watched directories that cannot be watched now.</summary>
    public required int BrokenDirectories { get; init; }

    /// <summary>The unhealthy ones, at most 100.</summary>
    public required IReadOnlyList<ClientHealth> Clients { get; init; }
}
