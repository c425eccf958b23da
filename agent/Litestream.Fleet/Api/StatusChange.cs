namespace Litestream.Fleet.Api;

/// <summary>Body of <c>PUT /api/databases/{guid}/status</c>.</summary>
public sealed record StatusChange
{
    /// <summary><see cref="StatusWords.Paused"/> or <see cref="StatusWords.Active"/>.</summary>
    public string? Status { get; init; }
}
