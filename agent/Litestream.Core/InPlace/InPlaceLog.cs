using Litestream.Ltx;
using Microsoft.Extensions.Logging;

namespace Litestream.InPlace;

/// <summary>Events 5100 to 5199.</summary>
internal static partial class InPlaceLog
{
    [LoggerMessage(5100, LogLevel.Information, "{Name}: is to be restored in place; the wanted state, transaction {Txid}, is proven")]
    public static partial void Proven(this ILogger log, string name, Txid txid);

    [LoggerMessage(5101, LogLevel.Information, "{Name}: the state before the restore, transaction {Txid}, is in the replica and is kept until {Until:O}")]
    public static partial void Labelled(this ILogger log, string name, Txid txid, DateTimeOffset until);

    [LoggerMessage(5102, LogLevel.Information, "{Name}: restored in place to transaction {Txid}, which is transaction {After} now; {SizeBytes} bytes, writers waited {BlockedMs:0} ms, {DurationMs:0} ms in all; undo: restore -undo")]
    public static partial void Restored(this ILogger log, string name, Txid txid, Txid after, long sizeBytes, double blockedMs, double durationMs);

    [LoggerMessage(5103, LogLevel.Warning, "{Name}: not restored in place: {Message}")]
    public static partial void NotRestored(this ILogger log, string name, string message);

    [LoggerMessage(5104, LogLevel.Warning, "{Name}: {Message}")]
    public static partial void NotPublished(this ILogger log, string name, string message);
}
