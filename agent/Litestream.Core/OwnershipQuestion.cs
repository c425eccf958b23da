namespace Litestream;

/// <summary>The engine met a chain whose newest file another writer published, and asks whether this host may go on with it.</summary>
/// <param name="Name">The database.</param>
/// <param name="IsSigned">The file says who wrote it: an agent of this kind, on whatever host. What is not signed is no agent's of a fleet.</param>
/// <param name="WasHere">This host published there before the other: what its own file has may be older than what the other made of it.</param>
internal readonly record struct OwnershipQuestion(string Name, bool IsSigned, bool WasHere);
