namespace Litestream.Agent.Logging;

/// <summary>Formats on the caller's thread, writes on another. All categories share one logger: who logged it is in the event's id.</summary>
internal sealed class LineLoggerProvider(LogQueue lines, ILineFormat format, TimeProvider time) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new LineLogger(lines, format, time);

    public void Dispose() => lines.Dispose();

    private sealed class LineLogger(LogQueue lines, ILineFormat format, TimeProvider time) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add(format.Format(time.GetUtcNow(), logLevel, eventId, state, formatter(state, exception), exception));
    }
}
