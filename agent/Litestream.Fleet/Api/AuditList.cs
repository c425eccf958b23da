namespace Litestream.Fleet.Api;

/// <summary>Answer of <c>/api/audit</c>, the newest first.</summary>
public sealed record AuditList(IReadOnlyList<AuditEntry> Items, string? NextCursor);
