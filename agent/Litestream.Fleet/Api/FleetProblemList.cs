namespace Litestream.Fleet.Api;

/// <summary>Answer of <c>/api/problems</c>, the worst first.</summary>
public sealed record FleetProblemList(IReadOnlyList<FleetProblem> Items, string? NextCursor);
