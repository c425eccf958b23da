namespace Litestream.Agent.Watching;

/// <summary>What the log says about watched directories and registration. The first five lines are a contract with their readers.</summary>
internal static partial class WatchLog
{
    [LoggerMessage(6001, LogLevel.Information, "Client registered: {Client} -> {Replica}")]
    public static partial void ClientRegistered(this ILogger logger, string client, string replica);

    [LoggerMessage(6002, LogLevel.Information, "Client unregistered: {Client}")]
    public static partial void ClientUnregistered(this ILogger logger, string client);

    [LoggerMessage(6003, LogLevel.Information, "Database created: {Path}")]
    public static partial void DatabaseCreated(this ILogger logger, string path);

    [LoggerMessage(6004, LogLevel.Information, "Database removed: {Path}")]
    public static partial void DatabaseRemoved(this ILogger logger, string path);

    [LoggerMessage(6005, LogLevel.Information, "Monitoring {Clients} clients across {Directories} directories")]
    public static partial void Monitoring(this ILogger logger, int clients, int directories);

    [LoggerMessage(6006, LogLevel.Warning, "Not replicated: {Path}: {Reason}")]
    public static partial void FileSkipped(this ILogger logger, string path, string reason);

    [LoggerMessage(6007, LogLevel.Warning, "Not replicated: more than {Count} files; the others are only counted")]
    public static partial void ManyFilesSkipped(this ILogger logger, int count);

    [LoggerMessage(6008, LogLevel.Error, "Directory is not watched: {Directory}: {Reason}")]
    public static partial void DirectoryLost(this ILogger logger, string directory, string reason);

    [LoggerMessage(6009, LogLevel.Information, "Directory is watched: {Directory}")]
    public static partial void DirectoryWatched(this ILogger logger, string directory);

    [LoggerMessage(6010, LogLevel.Warning, "No directory events: {Reason}; looking every {IntervalSeconds} s instead")]
    public static partial void NoEvents(this ILogger logger, string reason, double intervalSeconds);

    [LoggerMessage(6011, LogLevel.Warning, "Directory events were lost (the queue overflowed); looking at every file now")]
    public static partial void EventsLost(this ILogger logger);

    [LoggerMessage(6012, LogLevel.Error, "Could not finish with {Client} after its file was removed; the next sweep tries again")]
    public static partial void LeaveFailed(this ILogger logger, string client, Exception error);

    [LoggerMessage(6013, LogLevel.Error, "A directory event could not be handled; the next sweep makes up for it")]
    public static partial void EventFailed(this ILogger logger, Exception error);

    [LoggerMessage(6014, LogLevel.Warning, "{Directory} is the same directory as {First}; it is watched once")]
    public static partial void SameDirectory(this ILogger logger, string directory, string first);
}
