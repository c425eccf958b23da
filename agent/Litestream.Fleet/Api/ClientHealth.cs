namespace Litestream.Fleet.Api;

/// <summary>Whether one tenant is as it should be.</summary>
public sealed record ClientHealth
{
    public required string ClientId { get; init; }

    /// <summary>False when its status is an error or its lag is past the limit.</summary>
    public required bool Healthy { get; init; }

    /// <summary>One of <see cref="StatusWords"/>.</summary>
    public required string Status { get; init; }

    /// <summary>One of <see cref="ReasonWords"/>.</summary>
    public string? Reason { get; init; }

    public required double LagSeconds { get; init; }

    public DateTimeOffset? LastSyncAt { get; init; }

    public string? LastError { get; init; }
}
