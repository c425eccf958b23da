namespace Litestream.Agent;

/// <summary>What the log says about the agent's start and end.</summary>
internal static partial class AgentLog
{
    [LoggerMessage(6100, LogLevel.Information, "Ready: page {Page}  replica {Replica}  state {State}")]
    public static partial void Ready(this ILogger logger, string page, string replica, string state);

    [LoggerMessage(6101, LogLevel.Warning, "{Warning}")]
    public static partial void Warn(this ILogger logger, string warning);

    [LoggerMessage(6102, LogLevel.Information, "Stopping: last sync of {Clients} clients")]
    public static partial void Stopping(this ILogger logger, int clients);

    [LoggerMessage(6103, LogLevel.Information, "Stopped after {ElapsedMs:0} ms; everything is in the replica")]
    public static partial void Stopped(this ILogger logger, double elapsedMs);

    [LoggerMessage(6104, LogLevel.Error, "Stopped after {TimeoutSeconds} s before everything was in the replica; the next start sends the rest")]
    public static partial void StoppedEarly(this ILogger logger, double timeoutSeconds);

    [LoggerMessage(6105, LogLevel.Information, "Restored {Path} from {Replica} at transaction {Txid} ({Bytes} bytes, {ElapsedMs:0} ms)")]
    public static partial void Restored(this ILogger logger, string path, string replica, string txid, long bytes, double elapsedMs);

    [LoggerMessage(6106, LogLevel.Information, "{Path} does not exist, and neither does a backup of it; it is replicated as soon as it is created")]
    public static partial void NothingToRestore(this ILogger logger, string path);

    [LoggerMessage(6107, LogLevel.Warning, "No control socket at {Path}: {Reason}; commands cannot ask this agent")]
    public static partial void NoSocket(this ILogger logger, string path, string reason);

    [LoggerMessage(6109, LogLevel.Warning, "{Replica} does not answer yet ({Reason}); the agent goes on, what it captures waits")]
    public static partial void StoreIsAway(this ILogger logger, string replica, string reason);

    [LoggerMessage(6132, LogLevel.Warning, "{Replica} does not answer ({Reason}): what it holds was not looked at, and may be newer")]
    public static partial void ReplicaNotLookedInto(this ILogger logger, string replica, string reason);

    [LoggerMessage(6133, LogLevel.Warning, "{Replica} does not answer ({Reason}): databases that only it knows are missing here")]
    public static partial void DatabasesNotLookedFor(this ILogger logger, string replica, string reason);

    [LoggerMessage(6108, LogLevel.Error, "A request failed: {Method} {Path}")]
    public static partial void RequestFailed(this ILogger logger, string method, string path, Exception error);

    [LoggerMessage(6110, LogLevel.Information, "Application started: {Command} (process {Process})")]
    public static partial void ApplicationStarted(this ILogger logger, string command, int process);

    [LoggerMessage(6111, LogLevel.Information, "{Signal} passed on to the application (process {Process})")]
    public static partial void ApplicationSignalled(this ILogger logger, string signal, int process);

    [LoggerMessage(6112, LogLevel.Information, "Application ended: process {Process}, exit code {ExitCode}")]
    public static partial void ApplicationEnded(this ILogger logger, int process, int exitCode);

    [LoggerMessage(6113, LogLevel.Information, "Everything committed in {Databases} databases is in every replica")]
    public static partial void ReplicatedOnce(this ILogger logger, int databases);

    [LoggerMessage(6114, LogLevel.Error, "{Done} databases are replicated, {Failed} are not")]
    public static partial void ReplicatedOnceInPart(this ILogger logger, int done, int failed);

    [LoggerMessage(6115, LogLevel.Error, "Not replicated: {Path}: {Problem}")]
    public static partial void NotReplicatedOnce(this ILogger logger, string path, string problem);
}
