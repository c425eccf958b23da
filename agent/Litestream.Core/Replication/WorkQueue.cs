using System.Diagnostics.CodeAnalysis;

namespace Litestream.Replication;

/// <summary>Runs what is added on the thread pool, in that order, a few at a time. Empty, it is only an object.</summary>
/// <param name="run">Must not throw.</param>
internal sealed class WorkQueue<T>(int mostAtOnce, Func<T, Task> run) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<T> _waiting = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private bool _isStopped;

    public void Add(T item)
    {
        lock (_lock)
        {
            if (_isStopped)
                return;
            _waiting.Enqueue(item);
            if (_running == mostAtOnce)
                return;
            _running++;
        }
        _ = Task.Run(RunAsync);
    }

    /// <summary>Completes when nothing runs any more; what waits is dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isStopped = true;
            if (_running == 0)
                _drained.TrySetResult();
        }
        await _drained.Task.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (TryTake(out var item))
        {
            await run(item).ConfigureAwait(false);
            // What has a folder for its replica waits for the disk on this thread. Whoever else needs the pool has its turn before the next item.
            await Task.Yield();
        }
    }

    private bool TryTake([MaybeNullWhen(false)] out T item)
    {
        lock (_lock)
        {
            if (!_isStopped && _waiting.TryDequeue(out item))
                return true;
            item = default;
            _running--;
            if (_isStopped && _running == 0)
                _drained.TrySetResult();
            return false;
        }
    }
}
