using Litestream.Drills;
using Litestream.InPlace;
using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Restore;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream;

/// <summary>One replicated database (in a fleet: one tenant), as an embedder sees it. Members are safe to call from any thread.</summary>
public sealed class Database
{
    private readonly Store _store;
    private StateHandlers? _stateHandlers;

    internal Database(Store store, ReplicatedDatabase state, IReadOnlyList<MirrorLane> plainFiles) => (_store, State, PlainFiles) = (store, state, plainFiles);

    /// <summary>As <see cref="Store.StateChanged"/>, of this one.</summary>
    public event EventHandler<DatabaseStateChange>? StateChanged
    {
        add
        {
            // Few databases have anybody who listens to them alone.
            (_stateHandlers ?? Interlocked.CompareExchange(ref _stateHandlers, new(), null) ?? _stateHandlers).Add(value);
            _store.ListenToStates();
        }
        remove => _stateHandlers?.Remove(value);
    }

    /// <summary>Name below the replica's <c>databases/</c>.</summary>
    public string Name => State.Name;

    /// <summary>Absolute path of the file.</summary>
    public string Path => State.Path;

    internal ReplicatedDatabase State { get; }

    /// <summary>It leaves the store; null while nobody asked for that.</summary>
    internal Task? Leaving { get; set; }

    /// <summary>Plain files that follow its replicas; none as a rule.</summary>
    internal IReadOnlyList<MirrorLane> PlainFiles { get; }

    internal void Tell(DatabaseStateChange change, ILogger log) => _stateHandlers?.Tell(this, change, log);

    /// <summary>Tells that something was seen of its files. Returns at once; thousands a second are fine.</summary>
    public void Notice(FileEvent seen)
    {
        State.Notice(seen);
        if (seen.IsNews())
            return;
        foreach (var plainFile in PlainFiles)
            plainFile.Wake();
    }

    /// <summary>As it stands now.</summary>
    public DatabaseSnapshot Snapshot() => State.Snapshot();

    /// <summary>Stops replication after what was captured is published; the state survives restarts.</summary>
    public void Pause() => Intervention.SetPaused(State, true);

    /// <summary>Ends a pause.</summary>
    public void Resume() => Intervention.SetPaused(State, false);

    /// <summary>
    /// Completes when everything committed before the call is in the replica (in one of several); answers the transaction that holds it. Begins at once, or
    /// with the flush that follows the one under way: callers share them, so call it as often as there are commits to be sure of. While the replica does not
    /// answer it waits. Throws <see cref="LitestreamException"/> when the database is paused, stopped, or cannot be read.
    /// </summary>
    public Task<Txid> SyncAsync(CancellationToken cancellationToken) => Intervention.SyncAsync(State, new(), cancellationToken);

    /// <summary>The same, as soon as it is captured: safe on this machine, on its way to the replica.</summary>
    public Task<Txid> CaptureAsync(CancellationToken cancellationToken) => Intervention.SyncAsync(State, new() { IsLocal = true }, cancellationToken);

    /// <summary>
    /// Restores from its replica (of several from the one that has most) to another file: the newest state there, a transaction, or a time. The result is
    /// proven before it gets its name. Throws <see cref="LitestreamException"/>.
    /// </summary>
    public Task<RestoreResult> RestoreAsync(RestoreOptions options, CancellationToken cancellationToken) =>
        new Restorer(FurthestStorage, _store.Time, _store.RestoreLog).RunAsync(options, progress: null, cancellationToken);

    /// <summary>
    /// Gives the database the state of a transaction, or of a time, under the applications that have it open: those that read see the old or the new state, never
    /// a mix. The present state is in the replica before anything is touched and kept for 7 days (<see cref="DatabaseSnapshot.Kept"/>). Replication goes on in
    /// the same chain; completes when the new state is in the replica. Throws <see cref="LitestreamException"/>, most often <see cref="InPlaceException"/>; with
    /// it, or cancelled, the database has its old state, unless <see cref="InPlaceFault.NotPublished"/> says otherwise.
    /// </summary>
    public Task<InPlaceResult> RestoreInPlaceAsync(InPlaceOptions options, IProgress<InPlaceProgress>? progress, CancellationToken cancellationToken) =>
        RestoreInPlaceFromAsync(FurthestStorage, options, progress, cancellationToken);

    /// <summary>The same from a replica of it that somebody names.</summary>
    internal Task<InPlaceResult> RestoreInPlaceFromAsync(Storage.IReplicaStorage from, InPlaceOptions options, IProgress<InPlaceProgress>? progress, CancellationToken cancellationToken) =>
        _store.InPlace.RunAsync(State, from, options, progress, cancellationToken);

    /// <summary>Back to the state before the last <see cref="RestoreInPlaceAsync"/>, in the same way; what was written since is kept likewise, so that it can be undone, too.</summary>
    public Task<InPlaceResult> UndoRestoreAsync(InPlaceOptions options, IProgress<InPlaceProgress>? progress, CancellationToken cancellationToken) =>
        _store.InPlace.UndoAsync(State, FurthestStorage, options, progress, cancellationToken);

    /// <summary>
    /// Restores its replica's newest state aside, proves it, throws it away, and compares the live database with what was captured. What is wrong is in the
    /// record, not thrown; cancelled, it leaves nothing behind.
    /// </summary>
    public Task<DrillRecord> DrillAsync(DrillOptions options, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken) =>
        DrillFromAsync(FurthestStorage, options, progress, cancellationToken);

    /// <summary>The same of a replica of it that somebody names.</summary>
    internal Task<DrillRecord> DrillFromAsync(Storage.IReplicaStorage from, DrillOptions options, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken) =>
        _store.DrillAsync(this, from, options, progress, cancellationToken);

    /// <summary>
    /// Reads its replica (of several the one that has most) from beginning to end: what is damaged, what can be restored. Damage is reported, not thrown.
    /// </summary>
    public Task<VerifyReport> VerifyAsync(CancellationToken cancellationToken) => new ReplicaVerifier(FurthestStorage).RunAsync(progress: null, cancellationToken);

    /// <summary>
    /// A last sync, then <see cref="Pause"/>; completes when nothing of it is open any more. It is paused in any case: what a replica did not take
    /// in time is thrown as a <see cref="LitestreamException"/> (or the cancellation) afterwards.
    /// </summary>
    public Task StopAsync(CancellationToken cancellationToken) => Intervention.StopAsync(State, cancellationToken);

    /// <summary>
    /// Ends <see cref="DatabaseStatus.SplitBrain"/> or <see cref="DatabaseStatus.Lost"/> on purpose, a pause, and the minute for which a chain is left alone that
    /// somebody else wrote a moment ago: the replicas are looked at again, a fence goes first, and what the database holds now is published behind what the
    /// other writer left. Completes when everything is there; false when there was nothing to end.
    /// </summary>
    public Task<bool> TakeOverAsync(CancellationToken cancellationToken) => TakeOverAsync(0, cancellationToken);

    /// <summary>The same under an epoch that somebody outside gives out; a smaller one than the files know is not used.</summary>
    public Task<bool> TakeOverAsync(uint epoch, CancellationToken cancellationToken) => Intervention.TakeOverAsync(State, epoch, null, cancellationToken);

    /// <summary>The same, and a state that the former owner kept restorable is kept on, if the chain still has it.</summary>
    internal Task<bool> TakeOverAsync(uint epoch, KeptState? kept, CancellationToken cancellationToken) => Intervention.TakeOverAsync(State, epoch, kept, cancellationToken);

    /// <summary>What was published is in every replica, seen or published in this run, and nobody else wrote there.</summary>
    internal bool HoldsChain => State.Replicas.All(r => r is { HoldsChain: true, IsFenced: false });

    /// <summary>A last sync, then this host gives it up: the file stays, nothing of it is captured, over restarts. Only <see cref="TakeOverAsync(CancellationToken)"/> ends that.</summary>
    internal Task ReleaseAsync(CancellationToken cancellationToken) => Intervention.ReleaseAsync(State, cancellationToken);

    /// <summary>The same for good, with its applications kept from it: nothing is acknowledged behind the last transaction in the replica (<see cref="Departure"/>).</summary>
    internal Task<VacatedPlace> LeaveAsync(string id, string to, CancellationToken cancellationToken) =>
        Task.Run(() => new Departure(State, _store.Time).RunAsync(id, to, cancellationToken), CancellationToken.None);

    /// <summary>An earlier run ended while it left under this id: it has left, or nothing has happened (null).</summary>
    internal VacatedPlace? GoOnLeaving(string id)
    {
        var place = Departure.GoOn(Path, id);
        if (place is not null)
        {
            State.Record(b => b with { IsReleased = true });
            State.CaptureLane.Wake();
        }
        return place;
    }

    /// <summary>Somebody outside knows that another host owns it: it stops, and says so. Returns at once.</summary>
    /// <param name="why">A sentence without its full stop.</param>
    /// <param name="epoch">What it had here when that was found out: given to this host under a higher one since, it goes on.</param>
    internal void Lose(string why, uint epoch) => Intervention.Lose(State, why, epoch);

    /// <summary>Where its chain stands, and whose it is, is found out now if it was not yet, though nobody writes it. Returns at once.</summary>
    internal void Look() => State.Replicas.WakeAll();

    /// <summary>Whether its replica still has this state.</summary>
    internal async Task<bool> CanRestoreAsync(Txid txid, CancellationToken cancellationToken)
    {
        try
        {
            _ = ChainPlanner.Choose(await ReplicaListing.ReadAsync(FurthestStorage, cancellationToken).ConfigureAwait(false), new(txid, null), FurthestStorage.Url);
            return true;
        }
        catch (LitestreamException e) when (e is not StorageException)
        {
            return false;
        }
    }

    /// <summary>Upkeep now that would fall due later. Completes when every replica has it.</summary>
    /// <param name="snapshot">An image of the newest state, if the newest image is older.</param>
    /// <param name="retention">Files that retention does not keep are deleted.</param>
    public Task UpkeepAsync(bool snapshot, bool retention, CancellationToken cancellationToken) => Intervention.UpkeepAsync(State, snapshot, retention, cancellationToken);

    /// <summary>Of its replicas the one that has most.</summary>
    internal Storage.IReplicaStorage FurthestStorage => State.Replicas.MaxBy(r => (!r.IsFenced, r.HoldsChain, r.Book.Published))!.Storage;
}
