using Litestream.Ltx;
using Microsoft.Extensions.Logging;

namespace Litestream.Drills;

/// <summary>Events 5200 to 5299.</summary>
internal static partial class DrillLog
{
    [LoggerMessage(5200, LogLevel.Information, "{Name}: drill passed: transaction {Txid}, {SizeBytes} bytes restored and proven in {RestoreMs:0} ms; live check: {Live}")]
    public static partial void DrillPassed(this ILogger log, string name, Txid txid, long sizeBytes, double restoreMs, LiveVerdict live);

    [LoggerMessage(5201, LogLevel.Error, "{Name}: drill failed: {Message}")]
    public static partial void DrillFailed(this ILogger log, string name, string message);
}
