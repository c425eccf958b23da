namespace Litestream.Agent.Logging;

/// <summary>How one event becomes one line.</summary>
internal interface ILineFormat
{
    string Format<TState>(DateTimeOffset time, LogLevel level, EventId id, TState state, string message, Exception? error);
}
