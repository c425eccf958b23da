namespace Litestream.Agent.Restoring;

/// <summary>Nothing may be restored there, or as that: whoever asked must ask for something else.</summary>
internal sealed class RestoreRefusedException(string message, string? hint = null) : LitestreamException(message, hint: hint);
