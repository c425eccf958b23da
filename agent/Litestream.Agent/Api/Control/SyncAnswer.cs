namespace Litestream.Agent.Api.Control;

/// <summary>Answer to sync.</summary>
/// <param name="Status"><c>no_change</c>, <c>synced</c> (in the replica), or <c>synced_local</c> (captured, on its way).</param>
/// <param name="Path">Absolute path of the database.</param>
/// <param name="Txid">Newest captured transaction.</param>
/// <param name="ReplicatedTxid">Newest transaction in a replica.</param>
internal sealed record SyncAnswer(string Status, string Path, ulong Txid, ulong ReplicatedTxid);
