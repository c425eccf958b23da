using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>Who listens to an event of the embedder's. They come and go on any thread; each is called whatever becomes of the others.</summary>
internal sealed class StateHandlers
{
    private readonly Lock _lock = new();
    private EventHandler<DatabaseStateChange>? _all;

    public void Add(EventHandler<DatabaseStateChange>? handler)
    {
        lock (_lock)
            _all += handler;
    }

    public void Remove(EventHandler<DatabaseStateChange>? handler)
    {
        lock (_lock)
            _all -= handler;
    }

    public void Tell(object sender, DatabaseStateChange change, ILogger log)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(_all))
        {
            try
            {
                handler(sender, change);
            }
            catch (Exception e)
            {
                // The embedder's own code: its mistake must not end the telling.
                log.ListenerFailed(e);
            }
        }
    }
}
