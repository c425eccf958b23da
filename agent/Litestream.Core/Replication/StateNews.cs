using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// Takes changes of state away from where they happen, which is under locks, to whoever listens: one after the other, on a task of its own. While nobody
/// listens there is no task, and nothing is kept.
/// </summary>
internal sealed class StateNews(ILogger log) : IAsyncDisposable
{
    /// <summary>A listener that is so far behind misses the oldest; what is so now, a snapshot tells at any time.</summary>
    private const int MaxWaiting = 10_000;

    /// <summary>How long the end waits for a listener: it is the embedder's code, and may wait for whoever waits for us.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Channel<StateNote> _notes = Channel.CreateBounded<StateNote>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly Lock _lock = new();
    private Action<StateNote>? _tell;
    private Task _telling = Task.CompletedTask;
    private volatile bool _isOver;

    public bool IsHeard => Volatile.Read(ref _tell) is not null;

    /// <summary>Begins to tell, if it has not begun.</summary>
    /// <param name="tell">Must not throw.</param>
    public void Listen(Action<StateNote> tell)
    {
        lock (_lock)
        {
            if (_tell is not null)
                return;
            Volatile.Write(ref _tell, tell);
            _telling = Task.Run(async () =>
            {
                await foreach (var note in _notes.Reader.ReadAllAsync().ConfigureAwait(false))
                {
                    if (!_isOver)
                        tell(note);
                }
            });
        }
    }

    /// <summary>Tells what differs from what was told last, and answers what to remember. Never waits.</summary>
    public (DatabaseStatus Status, DatabaseReason Reason) Tell(
        string name, (DatabaseStatus Status, DatabaseReason Reason) told, (DatabaseStatus Status, DatabaseReason Reason, string? Detail) now)
    {
        // Awake and asleep are both well.
        var reason = now.Reason is DatabaseReason.Hot or DatabaseReason.Cold ? DatabaseReason.None : now.Reason;
        if ((now.Status, reason) != told)
            _notes.Writer.TryWrite(new(name, told.Status, now.Status, reason, now.Detail));
        return (now.Status, reason);
    }

    /// <summary>What is waiting is told, as long as the listener returns.</summary>
    public async ValueTask DisposeAsync()
    {
        _notes.Writer.TryComplete();
        try
        {
            await _telling.WaitAsync(Patience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _isOver = true;
            log.ListenerHangs(Patience.TotalSeconds);
        }
    }
}
