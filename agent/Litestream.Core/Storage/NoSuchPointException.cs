namespace Litestream.Storage;

/// <summary>The transaction or time that was asked for cannot be restored from a replica, though others can; the message says which.</summary>
internal sealed class NoSuchPointException(string message, string? hint = null) : LitestreamException(message, hint: hint);
