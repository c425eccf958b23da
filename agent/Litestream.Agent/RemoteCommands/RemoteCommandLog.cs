using Litestream.Fleet.Table;

namespace Litestream.Agent.RemoteCommands;

/// <summary>What the log says of commands that came through the fleet's table.</summary>
internal static partial class RemoteCommandLog
{
    [LoggerMessage(7020, LogLevel.Information, "Fleet: command {Id} begins: {Kind} of {Tenant}, asked for by {RequestedBy}")]
    public static partial void CommandBegins(this ILogger logger, Ulid id, string kind, Guid tenant, string requestedBy);

    [LoggerMessage(7021, LogLevel.Information, "Fleet: command {Id} is {State} after {ElapsedMs:0} ms: {Result}")]
    public static partial void CommandEnds(this ILogger logger, Ulid id, string state, double elapsedMs, string? result);

    [LoggerMessage(7022, LogLevel.Warning, "Fleet: command {Id} failed after {ElapsedMs:0} ms: {Error}")]
    public static partial void CommandFails(this ILogger logger, Ulid id, double elapsedMs, string? error);

    [LoggerMessage(7023, LogLevel.Warning, "Fleet: command {Id} was {State} when an earlier run of this agent ended; this one takes it on")]
    public static partial void CommandTakenOn(this ILogger logger, Ulid id, string state);

    [LoggerMessage(7024, LogLevel.Warning, "Fleet: what became of command {Id} is not in the table, which says {Reason}")]
    public static partial void CommandNotFinished(this ILogger logger, Ulid id, string reason);

    [LoggerMessage(7025, LogLevel.Warning, "Fleet: commands could not be looked for: {Reason}")]
    public static partial void NoLookForCommands(this ILogger logger, string reason);

    [LoggerMessage(7027, LogLevel.Warning, "Fleet: what a drill found is not in the table: {Reason}")]
    public static partial void ProofNotWritten(this ILogger logger, string reason);

    [LoggerMessage(7028, LogLevel.Warning, "Fleet: {Reason}")]
    public static partial void MalformedProof(this ILogger logger, string reason);

    [LoggerMessage(7029, LogLevel.Information, "Fleet: the hook {Hook} was told {Step} of {Tenant}, and ended after {ElapsedMs:0} ms")]
    public static partial void HookEnds(this ILogger logger, string hook, string step, Guid tenant, double elapsedMs);

    [LoggerMessage(7030, LogLevel.Warning, "Fleet: {Reason}")]
    public static partial void HookFails(this ILogger logger, string reason);

    [LoggerMessage(7026, LogLevel.Error, "Fleet: command {Id} ended in a defect of this program")]
    public static partial void CommandDefect(this ILogger logger, Ulid id, Exception error);
}
