using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>What a person asks of one database beside its ordinary course: a sync now, an end, the chain of another writer.</summary>
internal static class Intervention
{
    /// <summary>How long an application that holds the database may make the end of a stop wait, when the last sync took all of the caller's time.</summary>
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(10);

    public static Task<Txid> SyncAsync(ReplicatedDatabase database, SyncRequest request, CancellationToken cancellationToken) =>
        database.Book.IsPaused || database.Replicas.AreFenced || database.Exit is not null
            ? throw new NotReplicatedException($"{database.Name} is not replicated now ({database.Snapshot().Status}): it cannot be synced")
            : database.SyncAsync(request, cancellationToken);

    public static void SetPaused(ReplicatedDatabase database, bool isPaused)
    {
        database.Record(b => b with { IsPausedByUser = isPaused });
        database.CaptureLane.Wake();
    }

    public static async Task StopAsync(ReplicatedDatabase database, CancellationToken cancellationToken)
    {
        try
        {
            if (!database.Book.IsPaused && !database.Replicas.AreFenced && database.Exit is null)
                await database.SyncAsync(new(), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            SetPaused(database, true);
            await WhenClosedAsync(database).ConfigureAwait(false);
        }
        if (database.Hot is not null)
            throw new LitestreamException($"{database.Path} is stopped, but still being read", hint: "leave its files alone until `litestream stop` says that nothing of it is open");
    }

    /// <summary>Completes when each replica is served; a replica that is away is served when it answers again.</summary>
    public static async Task UpkeepAsync(ReplicatedDatabase database, bool snapshot, bool retention, CancellationToken cancellationToken)
    {
        var requests = database.Replicas.Select(replica => replica.WantUpkeep(snapshot, retention)).ToList();
        database.Replicas.WakeAll();
        await Task.WhenAll(requests.Select(r => r.Done.Task)).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A last sync, if it is replicated, then nothing of it is captured any more before it is taken over again; over restarts.</summary>
    public static async Task ReleaseAsync(ReplicatedDatabase database, CancellationToken cancellationToken)
    {
        if (!database.Book.IsPaused && !database.Replicas.AreFenced && database.Exit is null)
            await database.SyncAsync(new(), cancellationToken).ConfigureAwait(false);
        Faults.Reach(FaultPoint.SyncedNotReleased);
        database.Record(b => b with { IsReleased = true });
        database.CaptureLane.Wake();
        await WhenClosedAsync(database).ConfigureAwait(false);
        if (database.Hot is not null)
            throw new LitestreamException($"{database.Path} is given up, but still being read", hint: "leave its files alone until `litestream status` says that nothing of it is open");
    }

    /// <summary>
    /// Somebody outside knows that another host owns it: each replica's lane stops for it before it touches anything more. Not when it was given to this host since that was found out.
    /// </summary>
    /// <param name="epoch">What it had here then.</param>
    public static void Lose(ReplicatedDatabase database, string why, uint epoch)
    {
        lock (database.Gate)
        {
            if (database.Book.Epoch > epoch)
                return;
            database.LostBecause = why;
        }
        database.Replicas.WakeAll();
    }

    /// <summary>
    /// Each replica that may not be touched is looked at again, and this time what another left there is no reason to stay away. Under an epoch that was given
    /// out so is every other: its next name is taken before anything else happens. Completes when all of them have everything; false when there was none.
    /// </summary>
    /// <param name="epoch">At least this one goes into what is written from here on; 0: the next behind the other writer's.</param>
    /// <param name="kept">A state that the former owner kept restorable.</param>
    public static async Task<bool> TakeOverAsync(ReplicatedDatabase database, uint epoch, KeptState? kept, CancellationToken cancellationToken)
    {
        lock (database.Gate)
        {
            // In one step with the epoch: what is said under an older one comes too late.
            if (epoch > database.Book.Epoch || kept is not null)
                database.Record(b => b with { Epoch = Math.Max(b.Epoch, epoch), Labels = kept is null ? b.Labels : Label.Add(b.Labels, Label.Of(kept)) });
            database.LostBecause = null;
        }
        var others = database.Replicas.Where(r => epoch > 0 || database.Book.IsReleased || r.IsFenced || r.State.Reason == DatabaseReason.RecentForeignWriter).ToList();
        if (others.Count == 0)
            return false;
        foreach (var replica in others)
        {
            replica.TakenUnder = epoch;
            replica.SetState(DatabaseStatus.Active, DatabaseReason.None);
        }
        if (others.Count == database.Replicas.Count)
            database.ForgetChain();
        else
            others.ForEach(r => r.Doubt());
        // Served by a replica when nothing waits for it any more; asked only now that it must be looked at first.
        var requests = others.ConvertAll(replica => replica.WantUpkeep(snapshot: false, retention: false));
        if (database.Book.IsPaused)
            database.Record(b => b with { IsPausedByUser = false, IsReleased = false });
        database.Replicas.WakeAll();
        database.CaptureLane.Wake();
        await database.SyncAsync(new(), cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(requests.Select(r => r.Done.Task)).WaitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>A look at a paused database closes it and fails whoever waits for a sync: that is the sign.</summary>
    public static async Task WhenClosedAsync(ReplicatedDatabase database)
    {
        using var limit = new CancellationTokenSource(ClosingTime);
        try
        {
            await database.SyncAsync(new(), limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LitestreamException or OperationCanceledException)
        {
            // Closed; or a round takes long, and the next one closes it.
        }
    }
}
