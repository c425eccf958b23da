namespace Litestream.Ltx;

/// <summary>The newest frame of a page.</summary>
/// <param name="Input">Position of its file among the inputs.</param>
/// <param name="Entry">Where the frame lies in that file.</param>
internal readonly record struct MergedPage(int Input, IndexEntry Entry);
