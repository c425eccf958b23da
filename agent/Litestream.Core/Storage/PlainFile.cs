namespace Litestream.Storage;

/// <summary>A file below a replica that is none of ours.</summary>
/// <param name="Name">Relative to the replica, with slashes: <c>generations/…/snapshots/00000000.snapshot.lz4</c>.</param>
/// <param name="FullName">For messages.</param>
/// <param name="SizeBytes">As listed.</param>
/// <param name="CreatedAt">UTC.</param>
internal readonly record struct PlainFile(string Name, string FullName, long SizeBytes, DateTimeOffset CreatedAt);
