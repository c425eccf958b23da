using System.Text.Json.Serialization;
using Litestream.Ltx;

namespace Litestream.Agent.Commands;

/// <summary>One line of <c>litestream ltx -json</c>, in upstream's words.</summary>
internal sealed record LtxAnswer(
    int Level,
    [property: JsonPropertyName("min_txid")] string MinTxid,
    [property: JsonPropertyName("max_txid")] string MaxTxid,
    long Size,
    DateTimeOffset Timestamp)
{
    public static LtxAnswer Of(LtxFile file) => new(file.Level, file.MinTxid.ToString(), file.MaxTxid.ToString(), file.SizeBytes, file.CreatedAt);
}
