namespace Litestream.Fleet.Api;

/// <summary>Answer of <c>/api/hosts</c>.</summary>
public sealed record FleetHostList(IReadOnlyList<FleetHost> Items, string? NextCursor);
