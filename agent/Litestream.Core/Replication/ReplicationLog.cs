using Litestream.Ltx;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>What the forward path says: ids 4000 and up.</summary>
internal static partial class ReplicationLog
{
    [LoggerMessage(4000, LogLevel.Information, "{Name}: first copy, {Pages} pages in {Milliseconds:0} ms")]
    public static partial void FirstCopy(this ILogger log, string name, uint pages, double milliseconds);

    [LoggerMessage(4001, LogLevel.Debug, "{Name}: resync ({Reason}), {Changed} of {Pages} pages differ, {Milliseconds:0} ms")]
    public static partial void Resynced(this ILogger log, string name, string reason, int changed, uint pages, double milliseconds);

    [LoggerMessage(4002, LogLevel.Warning, "{Name}: {Message}")]
    public static partial void Troubled(this ILogger log, string name, string message);

    [LoggerMessage(4003, LogLevel.Information, "{Name}: well again")]
    public static partial void Recovered(this ILogger log, string name);

    [LoggerMessage(4004, LogLevel.Error, "{Name}: split-brain: {Message}")]
    public static partial void SplitBrain(this ILogger log, string name, string message);

    [LoggerMessage(4005, LogLevel.Information, "{Name}: takes over the chain at {Txid} with epoch {Epoch}")]
    public static partial void TakesOver(this ILogger log, string name, string txid, uint epoch);

    [LoggerMessage(4006, LogLevel.Information, "{Name}: switched from rollback journal to WAL")]
    public static partial void SwitchedToWal(this ILogger log, string name);

    [LoggerMessage(4007, LogLevel.Warning, "{Name}: a reader of the application has kept the WAL from being reset since {Since:O}; it holds {Bytes} bytes")]
    public static partial void WalPinned(this ILogger log, string name, DateTimeOffset since, long bytes);

    [LoggerMessage(4008, LogLevel.Warning, "The books {Why}: set aside as {Path} and begun anew from the replica")]
    public static partial void BooksSetAside(this ILogger log, string why, string path);

    [LoggerMessage(4009, LogLevel.Debug, "{Name}: hot")]
    public static partial void Hot(this ILogger log, string name);

    [LoggerMessage(4024, LogLevel.Debug, "{Name}: captured from its closed file, {Pages} of {Count} pages")]
    public static partial void CapturedClosed(this ILogger log, string name, int pages, uint count);

    [LoggerMessage(4010, LogLevel.Debug, "{Name}: cold")]
    public static partial void Cold(this ILogger log, string name);

    [LoggerMessage(4011, LogLevel.Debug, "{Name}: published L{Level} {Min}-{Max}, {Bytes} bytes")]
    public static partial void Published(this ILogger log, string name, int level, string min, string max, long bytes);

    [LoggerMessage(4012, LogLevel.Warning, "{Name}: {Path} does not match what was captured ({Message}); dropped, a resync covers it")]
    public static partial void StagedDropped(this ILogger log, string name, string path, string message);

    [LoggerMessage(4013, LogLevel.Information, "{Name}: the database file was deleted, moved or replaced; {Fate}")]
    public static partial void LeftoversSettled(this ILogger log, string name, string fate);

    [LoggerMessage(4014, LogLevel.Warning, "{Name}: the replica is damaged ({Message}); a new image of the live database is published")]
    public static partial void ChainDamaged(this ILogger log, string name, string message);

    [LoggerMessage(4015, LogLevel.Error, "{Name}: {Message}")]
    public static partial void LiveCheckFailed(this ILogger log, string name, string message);

    [LoggerMessage(4016, LogLevel.Debug, "{Name}: {Url} cannot be continued by what is captured from now on; it gets an image")]
    public static partial void NeedsImage(this ILogger log, string name, string url);

    [LoggerMessage(4017, LogLevel.Information, "{Name}: a new day begins in {Url}")]
    public static partial void DayBegins(this ILogger log, string name, string url);

    [LoggerMessage(4018, LogLevel.Information, "{Name}: removed the day {Url}, which lies before the retention")]
    public static partial void DayRemoved(this ILogger log, string name, string url);

    [LoggerMessage(4019, LogLevel.Warning, "{Name}: the day {Url} lies before the retention and stays: something lies there that is none of ours; move it away")]
    public static partial void DayStays(this ILogger log, string name, string url);

    [LoggerMessage(4020, LogLevel.Error, "A handler of StateChanged failed")]
    public static partial void ListenerFailed(this ILogger log, Exception error);

    [LoggerMessage(4021, LogLevel.Warning, "A handler of StateChanged has not returned for {Seconds} s; the store is closed without it")]
    public static partial void ListenerHangs(this ILogger log, double seconds);

    [LoggerMessage(4022, LogLevel.Warning, "{Name}: a run of the program ended in the middle of a restore in place: {Outcome}; the state before it is transaction {Before}")]
    public static partial void RestoreSettled(this ILogger log, string name, string outcome, Txid before);

    [LoggerMessage(4023, LogLevel.Warning, "The state directory {Path} was in use on another machine before: what that one wrote last is taken over when it is silent, as if another agent had written it")]
    public static partial void StateFromOtherMachine(this ILogger log, string path);
}
