namespace Litestream.Agent.Commands;

/// <param name="Path">The restored file.</param>
/// <param name="Replica">Where it came from.</param>
/// <param name="Txid">The transaction it stands at, 16 hexadecimal digits.</param>
/// <param name="Timestamp">When that was captured, UTC.</param>
/// <param name="SizeBytes">Size of the database.</param>
/// <param name="Files">LTX files used.</param>
/// <param name="Proof"><c>sum</c>: proven equal to what was captured; <c>checksums</c>: every file was whole.</param>
/// <param name="DurationMs">From plan to rename.</param>
internal sealed record RestoreAnswer(
    string Path, string Replica, string Txid, DateTimeOffset Timestamp, long SizeBytes, int Files, string Proof, double DurationMs);
