using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// Runs the lanes of all databases: one queue of due times with one timer on a thread of its own, a few threads for capturing, a gate for publishing.
/// What is due at once skips the queue; what was seen to change goes before first looks.
/// </summary>
internal sealed class Scheduler : IAsyncDisposable
{
    private const int RetrySeconds = 30;

    /// <summary>Timers take no more than 49 days; a day is looked at again.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Func<ReplicatedDatabase, long> _capture;
    private readonly Func<DatabaseReplica, Task<long>> _publish;
    private readonly Lock _lock = new();
    private readonly PriorityQueue<(Lane Lane, long At), long> _due = new();
    private readonly ITimer _timer;
    private readonly CaptureQueue _captures = new();
    private readonly WorkQueue<Lane> _publishes;
    private readonly Thread[] _threads;
    private volatile bool _isDisposed;

    public Scheduler(TimeProvider time, ILogger log, int maxWorkers, int maxUploads, Func<ReplicatedDatabase, long> capture, Func<DatabaseReplica, Task<long>> publish)
    {
        (_time, _log, _capture, _publish) = (time, log, capture, publish);
        _publishes = new(maxUploads, RunPublishAsync);
        // Another clock has timers of its own.
        _timer = ReferenceEquals(time, TimeProvider.System) ? new ThreadTimer(QueueDue) : time.CreateTimer(_ => QueueDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _threads = new Thread[maxWorkers];
        for (var i = 0; i < maxWorkers; i++)
        {
            // Half of the threads never take first looks: four large first copies must not stop everybody's rounds.
            var takesBackground = i % 2 != 0;
            _threads[i] = new(() => RunCaptures(takesBackground), maxStackSize: 512 * 1024) { IsBackground = true, Name = "capture" };
            _threads[i].Start();
        }
    }

    /// <summary>Has the lane run at <paramref name="at"/>.</summary>
    public void Arm(Lane lane, long at)
    {
        if (at <= _time.GetTimestamp())
        {
            Queue(lane, at);
            return;
        }
        lock (_lock)
        {
            var isEarliest = !_due.TryPeek(out _, out var earliest) || at < earliest;
            _due.Enqueue((lane, at), at);
            if (isEarliest)
                SetTimer(at);
        }
    }

    /// <summary>Completes when no lane runs any more; what was queued is dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        await _timer.DisposeAsync().ConfigureAwait(false);
        _captures.Close();
        foreach (var thread in _threads)
            thread.Join();
        await _publishes.DisposeAsync().ConfigureAwait(false);
    }

    private void QueueDue()
    {
        while (true)
        {
            (Lane Lane, long At) entry;
            lock (_lock)
            {
                if (_isDisposed || !_due.TryPeek(out entry, out var at))
                    return;
                if (at > _time.GetTimestamp())
                {
                    SetTimer(at);
                    return;
                }
                _due.Dequeue();
            }
            Queue(entry.Lane, entry.At);
        }
    }

    private void SetTimer(long at)
    {
        var wait = _time.GetElapsedTime(_time.GetTimestamp(), at);
        // A millisecond late is better than a busy loop of timers that fire a little early.
        var untilThen = wait < TimeSpan.Zero ? TimeSpan.Zero : wait + TimeSpan.FromMilliseconds(1);
        _timer.Change(untilThen < LongestWait ? untilThen : LongestWait, Timeout.InfiniteTimeSpan);
    }

    private void Queue(Lane lane, long at)
    {
        if (_isDisposed || !lane.TryQueue(at))
            return;
        if (lane.Replica is null)
            _captures.Add(lane);
        else
            _publishes.Add(lane);
    }

    private void RunCaptures(bool takesBackground)
    {
        while (_captures.TryTake(takesBackground, out var lane))
        {
            lane.BeginRun();
            lane.EndRun(RunCapture(lane));
        }
    }

    /// <summary>The last net below a lane's own: its handling of an error may meet one too (books on a full disk), and must not end the process.</summary>
    private long RunCapture(Lane lane)
    {
        try
        {
            return _capture(lane.Owner);
        }
        catch (Exception e)
        {
            return RunLater(lane, e);
        }
    }

    private async Task RunPublishAsync(Lane lane)
    {
        lane.BeginRun();
        long next;
        try
        {
            next = await _publish(lane.Replica!).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            next = RunLater(lane, e);
        }
        lane.EndRun(next);
    }

    private long RunLater(Lane lane, Exception error)
    {
        _log.Troubled(lane.Owner.Name, $"{error.GetType().Name}: {error.Message}");
        return _time.GetTimestamp() + (RetrySeconds * _time.TimestampFrequency);
    }
}
