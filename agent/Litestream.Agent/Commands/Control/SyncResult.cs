using System.Text.Json.Serialization;

namespace Litestream.Agent.Commands.Control;

/// <summary><c>litestream sync -json</c>, in Litestream's words.</summary>
/// <param name="DbPath">Absolute path.</param>
/// <param name="Status"><c>no_change</c>, <c>synced</c> or <c>synced_local</c>.</param>
/// <param name="Txid">Newest captured transaction.</param>
/// <param name="ReplicaTxid">Newest transaction in a replica; left out before the first.</param>
/// <param name="DurationMs">How long it took.</param>
internal sealed record SyncResult(
    string DbPath, string Status, ulong Txid, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ulong? ReplicaTxid, double DurationMs);
