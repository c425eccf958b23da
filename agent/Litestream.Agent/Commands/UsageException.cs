namespace Litestream.Agent.Commands;

/// <summary>The command line does not say what to do. Ends with <see cref="ExitCode.WrongUsage"/>.</summary>
internal sealed class UsageException(string message, string? hint = null) : LitestreamException(message, hint: hint);
