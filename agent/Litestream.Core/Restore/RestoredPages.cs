namespace Litestream.Restore;

/// <summary>A restored state, as its copy in another file can be told by: SQLite counts in the first page of that.</summary>
/// <param name="Count">Pages.</param>
/// <param name="SumBehindFirst">Of all but the first.</param>
internal readonly record struct RestoredPages(uint Count, ulong SumBehindFirst);
