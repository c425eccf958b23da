using System.Text.Json.Serialization;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream restore -dry-run -json</c>.</summary>
/// <param name="Path">The file that would be written; null without <c>-o</c>.</param>
/// <param name="Replica">Where it would come from.</param>
/// <param name="Txid">The transaction it would stand at.</param>
/// <param name="Timestamp">When that was captured, UTC.</param>
/// <param name="Files">In the order in which they apply.</param>
/// <param name="Bytes">Of all files together: the most that would be read.</param>
/// <param name="NewestTxid">The furthest the replica reaches.</param>
/// <param name="NewestTimestamp">When that was captured, UTC.</param>
/// <param name="LostTransactions">Transactions between the two: they would not be in the result.</param>
/// <param name="ReplacesBytes">Length of the file that <c>-force</c> would replace; null if there is none.</param>
internal sealed record RestorePlanAnswer(
    [property: JsonPropertyName("db_path")] string? Path,
    string Replica,
    string Txid,
    DateTimeOffset Timestamp,
    IReadOnlyList<LtxAnswer> Files,
    long Bytes,
    [property: JsonPropertyName("newest_txid")] string NewestTxid,
    [property: JsonPropertyName("newest_timestamp")] DateTimeOffset NewestTimestamp,
    [property: JsonPropertyName("lost_transactions")] ulong LostTransactions,
    [property: JsonPropertyName("replaces_bytes")] long? ReplacesBytes);
