namespace Litestream.Contract;

/// <summary>What the log says of changes and items, in the agent as in the fleet's API.</summary>
internal static partial class ContractLog
{
    [LoggerMessage(8005, LogLevel.Warning, "Left out: {Reason}")]
    public static partial void MalformedItem(this ILogger logger, string reason);

    [LoggerMessage(8007, LogLevel.Error, "No line in the audit: {Actor} was refused {Action} of {Target}, and the table did not take it: {Reason}")]
    public static partial void AuditFailed(this ILogger logger, string actor, string action, string target, string reason);

    [LoggerMessage(8008, LogLevel.Warning, "No more lines in the audit for this minute: {Actor} was refused {Action} of {Target}: {Code}")]
    public static partial void AuditLimited(this ILogger logger, string actor, string action, string target, string code);
}
