namespace Litestream.Replication;

/// <summary>A database's state as people are told of it has changed.</summary>
internal readonly record struct StateNote(string Name, DatabaseStatus Before, DatabaseStatus Status, DatabaseReason Reason, string? Detail);
