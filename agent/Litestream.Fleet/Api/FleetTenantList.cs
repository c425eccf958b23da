namespace Litestream.Fleet.Api;

/// <summary>Answer of <c>/api/tenants</c> and <c>/api/hosts/{id}/tenants</c>.</summary>
public sealed record FleetTenantList(IReadOnlyList<FleetTenant> Items, string? NextCursor);
