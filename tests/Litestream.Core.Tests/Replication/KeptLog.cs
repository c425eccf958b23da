using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Litestream.Core.Tests.Replication;

/// <summary>Keeps what is logged, to be looked at.</summary>
internal sealed class KeptLog(ConcurrentQueue<string> lines) : ILogger, ILoggerFactory
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Enqueue(formatter(state, exception));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("one log is enough");

    public void Dispose()
    {
    }
}
