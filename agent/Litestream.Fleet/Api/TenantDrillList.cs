namespace Litestream.Fleet.Api;

/// <summary>Answer of <c>/api/drills</c>.</summary>
public sealed record TenantDrillList(IReadOnlyList<TenantDrill> Items, string? NextCursor);
