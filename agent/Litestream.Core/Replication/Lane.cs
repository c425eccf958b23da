namespace Litestream.Replication;

/// <summary>
/// One serial strand of work of a database (capturing, or publishing): never runs twice at the same time, remembers one wish to run. No thread,
/// task, timer or lock object of its own while it waits (nobody else locks a lane, and there are two for each of ten thousand databases); an entry in the scheduler's queue only
/// while something is due.
/// </summary>
/// <param name="replica">Where it publishes; null: it captures.</param>
internal sealed class Lane(ReplicatedDatabase database, DatabaseReplica? replica, Scheduler scheduler)
{
    /// <summary>No run is wanted.</summary>
    public const long Never = long.MaxValue;

    private State _state;
    private long _due = Never;

    private enum State : byte
    {
        Idle,
        Queued,
        Running,
    }

    public ReplicatedDatabase Owner => database;

    public DatabaseReplica? Replica => replica;

    /// <summary>First looks at start-up: they wait behind databases that were seen to change.</summary>
    public bool IsBackground { get; set; }

    /// <summary>Runs at <paramref name="at"/> (a <see cref="TimeProvider.GetTimestamp"/>), or earlier if that was wished before.</summary>
    public void WakeAt(long at)
    {
        lock (this)
        {
            if (at >= _due)
                return;
            _due = at;
            if (_state != State.Idle)
                return;
        }
        scheduler.Arm(this, at);
    }

    /// <summary>Runs as soon as a worker is free; after the run under way, if there is one.</summary>
    public void Wake() => WakeAt(0);

    /// <summary>For the scheduler: the entry armed for <paramref name="at"/> came up. False when it is stale.</summary>
    public bool TryQueue(long at)
    {
        lock (this)
        {
            if (_state != State.Idle || _due != at)
                return false;
            _state = State.Queued;
            return true;
        }
    }

    /// <summary>For the worker: from here on a wake means another run.</summary>
    public void BeginRun()
    {
        lock (this)
        {
            _state = State.Running;
            _due = Never;
        }
    }

    /// <summary>For the worker: the run is over and wants the next one at <paramref name="next"/>.</summary>
    public void EndRun(long next)
    {
        lock (this)
        {
            _state = State.Idle;
            _due = Math.Min(_due, next);
            if (_due == Never)
                return;
            next = _due;
        }
        scheduler.Arm(this, next);
    }
}
