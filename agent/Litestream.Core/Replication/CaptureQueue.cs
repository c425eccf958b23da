using System.Diagnostics.CodeAnalysis;

namespace Litestream.Replication;

/// <summary>Lanes that wait for a capture thread. One that was added wakes one thread.</summary>
internal sealed class CaptureQueue
{
    private readonly object _lock = new();
    private readonly Queue<Lane> _urgent = [];
    private readonly Queue<Lane> _background = [];
    private bool _isClosed;

    public void Add(Lane lane)
    {
        lock (_lock)
        {
            if (lane.IsBackground)
            {
                _background.Enqueue(lane);
                // A thread that takes none may be the one that is woken first.
                Monitor.PulseAll(_lock);
                return;
            }
            _urgent.Enqueue(lane);
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Waits for the next one: what was seen to change before first looks. False when the queue is closed.</summary>
    /// <param name="takesBackground">First looks, too.</param>
    /// <param name="lane">It.</param>
    public bool TryTake(bool takesBackground, [NotNullWhen(true)] out Lane? lane)
    {
        lock (_lock)
        {
            while (!_isClosed)
            {
                if (_urgent.TryDequeue(out lane) || (takesBackground && _background.TryDequeue(out lane)))
                    return true;
                Monitor.Wait(_lock);
            }
            lane = null;
            return false;
        }
    }

    /// <summary>What waits is dropped.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            Monitor.PulseAll(_lock);
        }
    }
}
