namespace Litestream.Replication;

/// <summary>An application kept the database from what was to be done with it.</summary>
internal sealed class DatabaseBusyException(string message, string? hint = null) : LitestreamException(message, hint: hint);
