namespace Litestream.Fleet.Api;

/// <summary>Answer of <c>/api/drills</c>: how much of the fleet, or of the host that answers, is proven, how fast it restores, and the drills that somebody asked for, the newest first.</summary>
public sealed record FleetDrills(DrillCoverage? Coverage, IReadOnlyList<FleetJob> Items, string? NextCursor);
