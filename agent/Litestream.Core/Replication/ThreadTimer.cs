using System.Diagnostics;

namespace Litestream.Replication;

/// <summary>
/// A timer with a thread of its own. The system's timers fire on the thread pool: behind whatever else waits there, which in a process whose pool is
/// busy is a tenth of a second and more.
/// </summary>
internal sealed class ThreadTimer : ITimer
{
    private readonly object _lock = new();
    private readonly Action _callback;
    private readonly Thread _thread;
    private long? _due;
    private bool _isDisposed;

    public ThreadTimer(Action callback)
    {
        _callback = callback;
        _thread = new(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "timer" };
        _thread.Start();
    }

    /// <summary>Fires once: there is no <paramref name="period"/>.</summary>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            _due = dueTime == Timeout.InfiniteTimeSpan ? null : Stopwatch.GetTimestamp() + (long)(dueTime.TotalSeconds * Stopwatch.Frequency);
            Monitor.Pulse(_lock);
            return !_isDisposed;
        }
    }

    /// <summary>The callback does not run any more when this returns; called by the callback itself, it would wait for ever.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            Monitor.Pulse(_lock);
        }
        _thread.Join();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Run()
    {
        while (TryWait())
            _callback();
    }

    /// <summary>False at the end.</summary>
    private bool TryWait()
    {
        lock (_lock)
        {
            while (!_isDisposed)
            {
                var wait = _due is { } due ? Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) : Timeout.InfiniteTimeSpan;
                if (_due is not null && wait <= TimeSpan.Zero)
                {
                    _due = null;
                    return true;
                }
                // A wait is cut to whole milliseconds.
                Monitor.Wait(_lock, _due is null ? wait : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)));
            }
            return false;
        }
    }
}
