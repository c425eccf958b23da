using Litestream.Ltx;

namespace Litestream.InPlace;

/// <summary>What a restore in place did.</summary>
/// <param name="Txid">The transaction whose state the database has now.</param>
/// <param name="Timestamp">When that was captured, UTC.</param>
/// <param name="Before">The transaction that holds the state before: to undo it, restore this one.</param>
/// <param name="UndoUntil">Until when that is kept, whatever the retention says, UTC.</param>
/// <param name="After">The transaction of the same chain that holds the change. It is in the replica.</param>
/// <param name="SizeBytes">Of the database now.</param>
/// <param name="BytesRead">From the replica.</param>
/// <param name="BlockedFor">How long no application could write. None was kept from reading, unless <paramref name="WasAlone"/>.</param>
/// <param name="WasAlone">Nobody had the database open, as its page size (or encoding) changed, or its file was missing.</param>
/// <param name="Duration">Of all.</param>
public sealed record InPlaceResult(
    Txid Txid, DateTimeOffset Timestamp, Txid Before, DateTimeOffset UndoUntil, Txid After, long SizeBytes, long BytesRead,
    TimeSpan BlockedFor, bool WasAlone, TimeSpan Duration);
