namespace Litestream.Agent.Drills;

/// <summary>Events 6400 to 6499.</summary>
internal static partial class DrillScheduleLog
{
    [LoggerMessage(6400, LogLevel.Warning, "{Name}: its backup could not be tried to the end, which says nothing of it: {Reason}")]
    public static partial void DrillInconclusive(this ILogger logger, string name, string reason);

    [LoggerMessage(6401, LogLevel.Warning, "{Tenant}: no evidence of its drill beside the replica: {Reason}")]
    public static partial void NoEvidence(this ILogger logger, Guid tenant, string reason);

    [LoggerMessage(6402, LogLevel.Warning, "{Tenant}: its drill could not be written down, and is forgotten with the next restart: {Reason}")]
    public static partial void DrillNotWritten(this ILogger logger, Guid tenant, string reason);
}
