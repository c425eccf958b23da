namespace Litestream.Storage;

/// <summary>Takes neighbouring pages, decoded.</summary>
/// <param name="firstPgno">Number of the first page.</param>
/// <param name="pages">One page after the other, at least one. Not valid after the call.</param>
internal delegate void PageRun(uint firstPgno, ReadOnlySpan<byte> pages);
