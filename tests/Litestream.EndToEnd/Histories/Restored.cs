namespace Litestream.EndToEnd.Histories;

/// <summary>What a replica was restored to.</summary>
/// <param name="File">The database.</param>
/// <param name="Position">How far it goes; null for an incarnation that has only begun, and is empty.</param>
internal sealed record Restored(string File, Position? Position);
