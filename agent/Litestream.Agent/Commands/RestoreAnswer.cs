using System.Text.Json.Serialization;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream restore -json</c>, in upstream's words and some more.</summary>
/// <param name="Path">The restored file.</param>
/// <param name="Replica">Where it came from.</param>
/// <param name="Txid">The transaction it stands at, 16 hexadecimal digits.</param>
/// <param name="Timestamp">When that was captured, UTC.</param>
/// <param name="SizeBytes">Size of the database.</param>
/// <param name="Files">LTX files used.</param>
/// <param name="BytesRead">From the replica.</param>
/// <param name="BytesResumed">Of the database, written by an earlier run that was cut short.</param>
/// <param name="Proof"><c>sum</c>: proven equal to what was captured; <c>checksums</c>: every file was whole.</param>
/// <param name="IntegrityCheck"><c>none</c>, <c>quick</c> or <c>full</c>, passed.</param>
/// <param name="Damage">Damaged files of the replica that others stood in for; the exit code is 3 then.</param>
/// <param name="DurationMs">From plan to rename.</param>
internal sealed record RestoreAnswer(
    [property: JsonPropertyName("db_path")] string Path,
    string Replica,
    string Txid,
    DateTimeOffset Timestamp,
    [property: JsonPropertyName("size_bytes")] long SizeBytes,
    int Files,
    [property: JsonPropertyName("bytes_read")] long BytesRead,
    [property: JsonPropertyName("bytes_resumed")] long BytesResumed,
    string Proof,
    [property: JsonPropertyName("integrity_check")] string IntegrityCheck,
    IReadOnlyList<string> Damage,
    [property: JsonPropertyName("duration_ms")] double DurationMs);
