namespace Litestream.Ltx;

/// <summary>One file of a merge.</summary>
/// <param name="Index">Which pages it holds.</param>
/// <param name="Commit">Size of the database in pages after it, from its header.</param>
internal readonly record struct MergeInput(PageIndex Index, uint Commit);
