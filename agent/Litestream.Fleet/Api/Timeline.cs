namespace Litestream.Fleet.Api;

/// <summary>Answer of <c>/api/tenants/{guid}/timeline</c>: what of it can be restored, from the replica, and what was tried.</summary>
public sealed record Timeline
{
    public required Guid TenantId { get; init; }

    /// <summary>Complete URL of the replica that was read, without secrets.</summary>
    public required string Replica { get; init; }

    /// <summary>Without gaps, the oldest first.</summary>
    public required IReadOnlyList<TimelineRange> Ranges { get; init; }

    /// <summary>The newest first, at most <c>limit</c>.</summary>
    public required IReadOnlyList<TimelinePoint> Points { get; init; }

    /// <summary>Continues the points; null at their end.</summary>
    public string? NextCursor { get; init; }

    /// <summary>States that stay restorable whatever the retention says, the oldest first.</summary>
    public required IReadOnlyList<TimelineLabel> Labels { get; init; }

    /// <summary>The newest first, at most 100.</summary>
    public required IReadOnlyList<TenantDrill> Drills { get; init; }
}
