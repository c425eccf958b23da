namespace Litestream.Fleet.Api;

/// <summary>A file or directory in a watched directory that looks like a database and is not replicated.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Reason">A sentence.</param>
public sealed record SkippedFile(string Path, string Reason);
