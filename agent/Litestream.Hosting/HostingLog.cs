using Microsoft.Extensions.Logging;

namespace Litestream.Hosting;

/// <summary>Events 5500 to 5599.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(5500, LogLevel.Warning, "Stopped before everything was in a replica: the rest waits in the state directory and in the WALs, and goes out after the next start")]
    public static partial void StoppedBeforeTheEnd(this ILogger logger);
}
