namespace Litestream.Cloud.Tests;

/// <summary>The system's clock, on which a pause of some minutes ends when a test says so. What waits shorter or longer waits in real time.</summary>
internal sealed class PausedTime : TimeProvider
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(6);

    private readonly Lock _lock = new();
    private readonly List<Pause> _pauses = [];
    private TimeSpan _passed;

    public bool IsPaused
    {
        get
        {
            lock (_lock)
                return _pauses.Exists(p => p.IsSet);
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return System.GetUtcNow() + _passed;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < Shortest || dueTime > Longest || period != Timeout.InfiniteTimeSpan)
            return System.CreateTimer(callback, state, dueTime, period);
        var pause = new Pause(callback, state);
        lock (_lock)
            _pauses.Add(pause);
        return pause;
    }

    /// <summary>All pauses are over.</summary>
    public void Pass(TimeSpan time)
    {
        List<Pause> over;
        lock (_lock)
        {
            _passed += time;
            over = _pauses.FindAll(p => p.IsSet);
        }
        over.ForEach(p => p.Ring());
    }

    private sealed class Pause(TimerCallback callback, object? state) : ITimer
    {
        public bool IsSet { get; private set; } = true;

        public void Ring()
        {
            IsSet = false;
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            IsSet = dueTime != Timeout.InfiniteTimeSpan;
            return true;
        }

        public void Dispose() => IsSet = false;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
