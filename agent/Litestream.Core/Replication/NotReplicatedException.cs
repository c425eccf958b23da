namespace Litestream.Replication;

/// <summary>Nothing brings this database to its replica now: it is stopped, leaves, is another's, or cannot be captured.</summary>
internal sealed class NotReplicatedException(string message, string? hint = null) : LitestreamException(message, hint: hint);
