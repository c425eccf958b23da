namespace Litestream.EndToEnd.Programs;

/// <summary>A database-like file that is no tenant, and why.</summary>
internal sealed record SkippedFile(string Path, string Reason);
