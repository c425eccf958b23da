using System.Collections.Concurrent;
using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Restore;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.InPlace;

/// <summary>The restores in place of one store: one at a time of each database. Those under way are taken back when the store ends, if they still can be.</summary>
internal sealed class InPlaceRestores : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ScratchSpace _scratch;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    public InPlaceRestores(ScratchSpace scratch, TimeProvider time, ILogger log) => (_scratch, _time, _log) = (scratch, time, log);

    public async Task<InPlaceResult> RunAsync(
        ReplicatedDatabase database, IReplicaStorage from, InPlaceOptions options, IProgress<InPlaceProgress>? progress, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_running.TryAdd(database.Name, done.Task))
            throw new InPlaceException(InPlaceFault.AlreadyRunning, $"{database.Path} is being restored already", hint: "wait for that to end");
        try
        {
            RequireLast(database, options);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
            var restore = new InPlaceRestore(database, from, options, _scratch.For("in-place", database.Name), progress, _time, _log);
            // SQLite's calls block, and some take seconds.
            return await Task.Run(() => restore.RunAsync(either.Token), CancellationToken.None).ConfigureAwait(false);
        }
        catch (LitestreamException e)
        {
            if (e is InPlaceException { Fault: InPlaceFault.NotPublished })
                _log.NotPublished(database.Name, e.Message);
            else
                _log.NotRestored(database.Name, e.Message);
            throw;
        }
        finally
        {
            _running.TryRemove(database.Name, out _);
            done.SetResult();
        }
    }

    /// <summary>Back to what the last restore in place replaced. That, too, can be undone: back and forth.</summary>
    public Task<InPlaceResult> UndoAsync(
        ReplicatedDatabase database, IReplicaStorage from, InPlaceOptions options, IProgress<InPlaceProgress>? progress, CancellationToken cancellationToken)
    {
        if (options.Txid is not null || options.Timestamp is not null)
            throw new LitestreamException("undo: it goes back to the state before the last restore; expected no transaction and no time");
        var now = _time.GetUtcNow();
        var last = database.Book.Labels.LastOrDefault(l => l.IsOfRestore && l.Until > now);
        if (last.Txid.IsNone)
            throw new InPlaceException(InPlaceFault.NothingToUndo, $"{database.Path}: there is no restore in place to undo",
                hint: $"it can be undone for {Label.UndoTime.TotalDays:0} days; `litestream restore -in-place -timestamp …` goes to any other moment");
        if (!last.IsUndo)
            throw new InPlaceException(InPlaceFault.NothingToUndo, $"{database.Path}: the last restore in place, of {last.At.UtcDateTime:O}, was cut off in the middle, and it is not known whether it happened",
                hint: $"look at the database; `litestream restore -in-place -txid {last.Txid}` goes back to the state before that restore");
        return RunAsync(database, from, options with { Txid = last.Txid }, progress, cancellationToken);
    }

    /// <summary>
    /// What was written behind a later restore nobody meant when this undo was asked for. Nobody else restores while this is looked at. One that another host
    /// kept is known by its transaction alone.
    /// </summary>
    private void RequireLast(ReplicatedDatabase database, InPlaceOptions options)
    {
        if (options.Undoes is null)
            return;
        var now = _time.GetUtcNow();
        var last = database.Book.Labels.LastOrDefault(l => l.IsOfRestore && l.Until > now);
        if (last.IsUndo && last.Txid == options.Txid && (last.RequestId ?? options.Undoes) == options.Undoes)
            return;
        throw new InPlaceException(InPlaceFault.NothingToUndo, $"{database.Path} is not touched: the restore that is to be undone is not its last one"
            + (last.Txid.IsNone ? " any more: the state before is kept no longer" : $"; another one was begun at {last.At.UtcDateTime:O}, over transaction {last.Txid}"),
            hint: "look at the database; `litestream restore -in-place -timestamp …` goes to any moment");
    }

    /// <summary>No new ones; those that can be taken back are, the others come to their end.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running.Values).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }
}
