namespace Litestream.Fleet.Api;

/// <summary>Answer of the fleet's <c>/api/health</c>: whether the API works, 200 or 503. It is open to strangers, so that hosts are counted in <c>/api/status</c> only.</summary>
public sealed record FleetHealth
{
    /// <summary><c>healthy</c>: the table answers; else <c>unhealthy</c>.</summary>
    public required string Status { get; init; }

    public required string Version { get; init; }

    /// <summary>Null, like the two below: <see cref="FleetStatus.HostCounts"/> says it to whoever may read.</summary>
    public int? LiveHosts { get; init; }

    public int? LateHosts { get; init; }

    public int? LostHosts { get; init; }

    /// <summary>Why it is not healthy.</summary>
    public string? Detail { get; init; }
}
