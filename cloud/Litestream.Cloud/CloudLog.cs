using Litestream.Contract.Access;

namespace Litestream.Cloud;

/// <summary>What the log says. A request that is answered says nothing.</summary>
internal static partial class CloudLog
{
    [LoggerMessage(8000, LogLevel.Information, "Ready: {Address}  table {Table}  {Access}")]
    public static partial void Ready(this ILogger logger, string address, string table, string access);

    [LoggerMessage(8001, LogLevel.Error, "A request failed: {Method} {Path}")]
    public static partial void RequestFailed(this ILogger logger, string method, string path, Exception error);

    [LoggerMessage(8002, LogLevel.Warning, "Refused: {Method} {Path} of {Actor}: {Code}")]
    public static partial void Refused(this ILogger logger, string method, string path, string actor, string code);

    [LoggerMessage(8003, LogLevel.Error, "{Path} says nowhere who may ask for it, so nobody may: give it Needs(…) or OpenToAll() where it is mapped")]
    public static partial void NoScopeDeclared(this ILogger logger, string path);

    [LoggerMessage(8004, LogLevel.Warning, "The table failed {Method} {Path}: {Reason}")]
    public static partial void TableFailed(this ILogger logger, string method, string path, string reason);

    [LoggerMessage(8006, LogLevel.Warning, "The table does not answer: {Reason}")]
    public static partial void TableIsAway(this ILogger logger, string reason);

    [LoggerMessage(8010, LogLevel.Critical, "Lambda's Runtime API failed; this program ends")]
    public static partial void RuntimeApiFailed(this ILogger logger, Exception error);

    [LoggerMessage(8011, LogLevel.Error, "Invocation {RequestId} is no event of an HTTP API with payload 2.0: {Reason}")]
    public static partial void UnknownEvent(this ILogger logger, string requestId, string reason);

    [LoggerMessage(8012, LogLevel.Error, "Invocation {RequestId} failed outside of every endpoint")]
    public static partial void InvocationFailed(this ILogger logger, string requestId, Exception error);

    [LoggerMessage(8013, LogLevel.Error, "Invocation {RequestId} was not ended by its deadline")]
    public static partial void DeadlinePassed(this ILogger logger, string requestId);

    [LoggerMessage(8014, LogLevel.Error, "The answer to invocation {RequestId} has {Bytes} bytes; Lambda takes {MostBytes}")]
    public static partial void AnswerTooLarge(this ILogger logger, string requestId, long bytes, long mostBytes);

    [LoggerMessage(8015, LogLevel.Error, "Lambda did not take the answer to invocation {RequestId}: {Status}")]
    public static partial void AnswerNotTaken(this ILogger logger, string requestId, int status);

    [LoggerMessage(8020, LogLevel.Information, "Round: {Slices} slices, {Tenants} tenants, {Passed} drills passed, {Failed} failed, {Inconclusive} inconclusive, {Asked} asked of hosts, {Behind} behind what their agents say")]
    public static partial void RoundEnded(this ILogger logger, int slices, int tenants, int passed, int failed, int inconclusive, int asked, int behind);

    [LoggerMessage(8021, LogLevel.Error, "{Tenant}: drill failed: {Detail}")]
    public static partial void DrillFailed(this ILogger logger, Guid tenant, string detail);

    [LoggerMessage(8022, LogLevel.Error, "{Tenant}: {Host} says that transaction {Claimed} is in {Replica}; the newest there is {Seen}")]
    public static partial void BehindClaim(this ILogger logger, Guid tenant, string host, string claimed, string replica, string seen);

    [LoggerMessage(8023, LogLevel.Warning, "{Tenant}: no evidence beside the replica: {Reason}")]
    public static partial void NoEvidence(this ILogger logger, Guid tenant, string reason);

    [LoggerMessage(8024, LogLevel.Warning, "{Url} cannot be looked at: {Reason}")]
    public static partial void LookFailed(this ILogger logger, string url, string reason);

    [LoggerMessage(8025, LogLevel.Warning, "The visit to slice {Slice} ended early: {Reason}")]
    public static partial void VisitFailed(this ILogger logger, string slice, string reason);

    [LoggerMessage(8026, LogLevel.Warning, "There is no room for restores in {Folder}: {Reason}")]
    public static partial void NoScratch(this ILogger logger, string folder, string reason);

    [LoggerMessage(8027, LogLevel.Error, "A round failed")]
    public static partial void RoundFailed(this ILogger logger, Exception error);

    [LoggerMessage(8028, LogLevel.Error, "{Tenant} could not be visited; the others are")]
    public static partial void TenantFailed(this ILogger logger, Guid tenant, Exception error);
}
