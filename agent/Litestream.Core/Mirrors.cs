using System.Collections.Concurrent;
using Litestream.Replication;
using Litestream.Restore;
using Microsoft.Extensions.Logging;

namespace Litestream;

/// <summary>
/// Keeps the plain files of a store at what was published: behind publishing, a few at a time, and in nobody's way. A file that nothing happens to has
/// no task, timer or descriptor.
/// </summary>
internal sealed class Mirrors : IAsyncDisposable
{
    /// <summary>Each waits for the disk most of the time, and the disk is not theirs alone.</summary>
    private const int MostAtOnce = 2;

    /// <summary>How long a stop, or a database that leaves, waits for files that can be brought up to date.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly WorkQueue<MirrorLane> _queue = new(MostAtOnce, lane => lane.RunAsync());
    private readonly ConcurrentDictionary<MirrorLane, MirrorLane> _lanes = new();
    private readonly CancellationTokenSource _stopping = new();

    public Mirrors(TimeProvider time, ILogger log) => (Time, Log, Stopping) = (time, log, _stopping.Token);

    public TimeProvider Time { get; }

    public ILogger Log { get; }

    /// <summary>No run begins any more.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Begins to keep the plain files of a database, if its replicas have some.</summary>
    public IReadOnlyList<MirrorLane> Add(ReplicatedDatabase database)
    {
        List<MirrorLane>? lanes = null;
        foreach (var replica in database.Replicas)
        {
            var path = replica.Place.Root.PathOf(database.Name);
            if (replica.Place.Root.PlainFileOf(path) is not { } plain)
                continue;
            var lane = new MirrorLane(new(replica.Storage, new(plain.File, database.Path, plain.History), Time, Log), replica, this);
            _lanes[lane] = lane;
            replica.FilePublished = lane.Tell;
            (lanes ??= []).Add(lane);
        }
        return (IReadOnlyList<MirrorLane>?)lanes ?? [];
    }

    /// <summary>The database has left: its files stay as they are, at its last commit if nobody holds them.</summary>
    public async Task RemoveAsync(IReadOnlyList<MirrorLane> lanes)
    {
        await SettleAsync(lanes, CancellationToken.None).ConfigureAwait(false);
        foreach (var lane in lanes)
        {
            await lane.CloseAsync().ConfigureAwait(false);
            _lanes.TryRemove(lane, out _);
        }
    }

    /// <summary>Completes when every file is current, or would be but for somebody who holds it; not much later in any case.</summary>
    public Task SettleAsync(CancellationToken cancellationToken) => SettleAsync([.. _lanes.Values], cancellationToken);

    public void Queue(MirrorLane lane) => _queue.Add(lane);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _queue.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private static async Task SettleAsync(IReadOnlyList<MirrorLane> lanes, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await Task.WhenAll(lanes.Select(l => l.Settled)).WaitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The next start goes on from there: the history is whole.
        }
    }
}
