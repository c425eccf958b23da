using Litestream.Ltx;
using Microsoft.Extensions.Logging;

namespace Litestream.Restore;

/// <summary>Events 5000 to 5999.</summary>
internal static partial class RestoreLog
{
    [LoggerMessage(5000, LogLevel.Information, "Restored {Path} at {Txid}: {SizeBytes} bytes from {FileCount} files, proven by {Proof}, in {DurationMs} ms")]
    public static partial void Restored(
        this ILogger logger, string path, Txid txid, long sizeBytes, int fileCount, ProofKind proof, double durationMs);

    [LoggerMessage(5001, LogLevel.Warning, "A planned file is gone ({Reason}); plan {Attempt} of {MaxPlans}")]
    public static partial void PlanningAgain(this ILogger logger, string reason, int attempt, int maxPlans);

    [LoggerMessage(5002, LogLevel.Warning, "Moved {Path} aside to {StalePath}: it belonged to a database that is gone, and SQLite would apply it to the restored one")]
    public static partial void MovedAside(this ILogger logger, string path, string stalePath);

    [LoggerMessage(5003, LogLevel.Warning, "Kept {Path} of {SizeBytes} bytes: the same restore goes on from there")]
    public static partial void Kept(this ILogger logger, string path, long sizeBytes);

    [LoggerMessage(5004, LogLevel.Information, "Going on with {Path}: {Pages} of {PageCount} pages were there already")]
    public static partial void GoesOn(this ILogger logger, string path, long pages, long pageCount);

    [LoggerMessage(5005, LogLevel.Warning, "A planned file is damaged ({Reason}); looking for others that hold the same transactions")]
    public static partial void PlanningAround(this ILogger logger, string reason);

    [LoggerMessage(5006, LogLevel.Warning, "{Path} waits: {Reason}")]
    public static partial void FollowWaits(this ILogger logger, string path, string reason);

    [LoggerMessage(5007, LogLevel.Warning, "{Path} stands at {Txid}: the replica goes on to {Newest}, but no file leads there")]
    public static partial void FollowGap(this ILogger logger, string path, Txid txid, Txid newest);

    [LoggerMessage(5009, LogLevel.Warning, "{Path} waits: there are no files in {Replica} any more")]
    public static partial void FollowEmpty(this ILogger logger, string path, string replica);

    [LoggerMessage(5008, LogLevel.Warning, "{Path} stood at {Txid} of another replica than is there now: it is brought to that one's newest state")]
    public static partial void FollowAnew(this ILogger logger, string path, Txid txid);

    [LoggerMessage(5010, LogLevel.Warning, "{Path} is not what it was at {Txid}: it was written to, replaced or deleted; it is made again what its history says")]
    public static partial void MirrorChanged(this ILogger logger, string path, Txid txid);

    [LoggerMessage(5011, LogLevel.Warning, "The plain file is not current: {What}")]
    public static partial void MirrorTroubled(this ILogger logger, string what);

    [LoggerMessage(5012, LogLevel.Information, "{Path} is current again, at {Txid}")]
    public static partial void MirrorMended(this ILogger logger, string path, Txid txid);

    [LoggerMessage(5013, LogLevel.Warning, "{Replica} does not answer ({Reason}): what is missing is looked for in the others")]
    public static partial void ReplicaIsAway(this ILogger logger, string replica, string reason);
}
