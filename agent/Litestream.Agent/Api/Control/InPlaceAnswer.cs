namespace Litestream.Agent.Api.Control;

/// <summary>How a restore in place ended.</summary>
/// <param name="Path">Absolute path of the database.</param>
/// <param name="Txid">The transaction whose state it has now.</param>
/// <param name="Timestamp">When that was captured, UTC.</param>
/// <param name="BeforeTxid">The transaction with the state it had.</param>
/// <param name="UndoUntil">Until when that is kept, UTC.</param>
/// <param name="AfterTxid">The transaction that holds the change, in the replica.</param>
/// <param name="SizeBytes">Of the database now.</param>
/// <param name="BytesRead">From the replica.</param>
/// <param name="BlockedMs">How long no application could write.</param>
/// <param name="WasAlone">Nobody had the database open.</param>
/// <param name="DurationMs">Of all.</param>
internal sealed record InPlaceAnswer(
    string Path, ulong Txid, DateTimeOffset Timestamp, ulong BeforeTxid, DateTimeOffset UndoUntil, ulong AfterTxid, long SizeBytes, long BytesRead,
    double BlockedMs, bool WasAlone, double DurationMs);
