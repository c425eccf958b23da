namespace Litestream.Agent.Api.Control;

/// <summary>Answer of <c>/debug/sync-status</c>.</summary>
internal sealed record SyncStatusAnswer(IReadOnlyList<SyncStatus> Databases);
