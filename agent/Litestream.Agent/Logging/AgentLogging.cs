using Litestream.Agent.Configuration;

namespace Litestream.Agent.Logging;

/// <summary>The program's log: one line per event, for people or as JSON.</summary>
internal static class AgentLogging
{
    public static ILoggerFactory Create(LogOptions options, TextWriter output, TimeProvider time)
    {
        var logging = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(options.Level)
            // The web server's own chatter is nobody's business unless something is wrong; neither is each request that fails.
            .AddFilter("Microsoft", options.Level > LogLevel.Warning ? options.Level : LogLevel.Warning));
        // Added here, not in the builder: only then is it disposed with the factory, and the last lines written.
        logging.AddProvider(new LineLoggerProvider(new LogQueue(output), options.Json ? new JsonLine() : new TextLine(), time));
        return logging;
    }
}
