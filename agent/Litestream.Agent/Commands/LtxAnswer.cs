using System.Text.Json.Serialization;

namespace Litestream.Agent.Commands;

/// <summary>One line of <c>litestream ltx -json</c>, in upstream's words.</summary>
internal sealed record LtxAnswer(
    int Level,
    [property: JsonPropertyName("min_txid")] string MinTxid,
    [property: JsonPropertyName("max_txid")] string MaxTxid,
    long Size,
    DateTimeOffset Timestamp);
