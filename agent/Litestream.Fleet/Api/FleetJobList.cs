namespace Litestream.Fleet.Api;

/// <summary>Answer of <c>GET /api/restores</c>, the newest first.</summary>
public sealed record FleetJobList(IReadOnlyList<FleetJob> Items, string? NextCursor);
