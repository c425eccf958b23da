namespace Litestream.Fleet.Api;

/// <summary>Commands of a host, or of a job.</summary>
public sealed record FleetCommandList(IReadOnlyList<FleetCommand> Items, string? NextCursor);
