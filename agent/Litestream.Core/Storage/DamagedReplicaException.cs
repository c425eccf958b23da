namespace Litestream.Storage;

/// <summary>What a replica holds does not make the state that was captured: files are missing between others, or do not belong together.</summary>
internal sealed class DamagedReplicaException(string message, Exception? inner = null, string? hint = null) : LitestreamException(message, inner, hint);
