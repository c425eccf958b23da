using Litestream.Ltx;

namespace Litestream;

/// <summary>One replica of a database as it stands now.</summary>
/// <param name="Url">What <c>restore</c> takes.</param>
/// <param name="Status">How publishing goes there.</param>
/// <param name="Reason">Why it does not.</param>
/// <param name="Detail">The reason as a sentence with its remedy; null when all is well.</param>
/// <param name="Txid">Newest published transaction.</param>
/// <param name="LastSyncAt">When something was last published there, UTC; null before the first time.</param>
/// <param name="Requests">Requests for this database since the program started, by operation; null when there were none.</param>
public sealed record ReplicaSnapshot(
    string Url, DatabaseStatus Status, DatabaseReason Reason, string? Detail, Txid Txid, DateTimeOffset? LastSyncAt, IReadOnlyDictionary<string, long>? Requests);
