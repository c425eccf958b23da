namespace Litestream.Agent.Reporting;

/// <summary>What the log says of the fleet: changes, not heartbeats.</summary>
internal static partial class FleetLog
{
    [LoggerMessage(7000, LogLevel.Information, "Fleet: reports to table {Table} as host {HostId}, every {IntervalSeconds} s")]
    public static partial void Reports(this ILogger logger, string table, string hostId, double intervalSeconds);

    [LoggerMessage(7001, LogLevel.Warning, "Fleet: {Reason}; replication goes on, and the newest state is reported as soon as the table takes it")]
    public static partial void FleetIsAway(this ILogger logger, string reason);

    [LoggerMessage(7002, LogLevel.Information, "Fleet: table {Table} answers again after {Seconds:0} s")]
    public static partial void FleetIsBack(this ILogger logger, string table, double seconds);

    [LoggerMessage(7003, LogLevel.Error, "Fleet: another agent reports as host {HostId} since {At}; this one is silent until that one is. Give each agent a -host-id of its own")]
    public static partial void Displaced(this ILogger logger, string hostId, string at);

    [LoggerMessage(7004, LogLevel.Warning, "Fleet: {Tenant} belongs to host {Owner} with epoch {OwnerEpoch}, not to this one with epoch {Epoch}; what this host has of it is not reported")]
    public static partial void OwnedElsewhere(this ILogger logger, Guid tenant, string owner, long ownerEpoch, long epoch);

    [LoggerMessage(7005, LogLevel.Warning, "Fleet: {Tenant} cannot be reported: {Reason}")]
    public static partial void NotReported(this ILogger logger, Guid tenant, string reason);

    [LoggerMessage(7006, LogLevel.Warning, "Fleet: the end of this agent could not be reported: {Reason}")]
    public static partial void EndNotReported(this ILogger logger, string reason);

    [LoggerMessage(7007, LogLevel.Warning, "Fleet: {Reason}")]
    public static partial void MalformedItem(this ILogger logger, string reason);

    [LoggerMessage(7008, LogLevel.Error, "Fleet: reporting failed and is tried again")]
    public static partial void ReportingFailed(this ILogger logger, Exception error);
}
