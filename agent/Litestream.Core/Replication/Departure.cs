using Litestream.Ltx;
using Litestream.Sqlite;

namespace Litestream.Replication;

/// <summary>
/// A database leaves for another host while applications have it open: not one commit is acknowledged behind the last one that is in the replica. Under the writer lock the last
/// ones are captured and the WAL is made superfluous; then everybody is shut out who has it open, and the place is vacated (<see cref="VacatedPlace"/>).
/// <para>
/// Dies it on the way, then the next run goes on (<see cref="GoOn"/>): until the database is shut it may be written again, and everything is done anew; shut it stays
/// for as long as anybody has it open, and when nobody has, nobody can have written to it.
/// </para>
/// </summary>
internal sealed class Departure(ReplicatedDatabase database, TimeProvider time)
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan SyncLimit = TimeSpan.FromSeconds(60), LockedSyncLimit = TimeSpan.FromSeconds(10);

    /// <summary>Whoever reads keeps the end of the WAL from the file.</summary>
    private static readonly TimeSpan ReadersPatience = TimeSpan.FromSeconds(5);

    /// <summary>Whoever checkpoints may be waiting for the writer lock, which is ours: it is let through.</summary>
    private static readonly TimeSpan CheckpointersPatience = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan TryPause = TimeSpan.FromMilliseconds(1);

    /// <summary>Throws <see cref="LitestreamException"/>, or is cancelled, with everything as it was.</summary>
    /// <param name="id">Of what has it leave: a name of letters and digits.</param>
    /// <param name="to">For people: the host that it leaves for.</param>
    /// <param name="cancellationToken">Up to the moment at which it is shut.</param>
    public async Task<VacatedPlace> RunAsync(string id, string to, CancellationToken cancellationToken)
    {
        if (database.Book.IsPaused || database.Replicas.AreFenced || database.Exit is not null)
            throw new NotReplicatedException($"{database.Name} is not replicated now ({database.Snapshot().Status}): what is in its file only could not leave with it");
        VacatedPlace.RequireExchange(database.Path, id);
        // Most of it, while applications go on.
        _ = await SyncAsync(SyncLimit, cancellationToken).ConfigureAwait(false);
        using var writer = Open();
        using var second = Open();
        writer.BeginMark();
        // A connection that has read nothing knows of no WAL.
        second.BeginMark();
        second.EndTransaction();
        _ = second.TryCheckpoint(NativeSqlite.CheckpointPassive, out _);
        second.SyncDatabase();
        writer.EndTransaction();
        for (var begun = time.GetTimestamp(); ;)
        {
            // It may take long, and the pool has few threads: the uploads that a departure waits for need them.
            await Task.Factory.StartNew(() => Lock(writer, begun, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            try
            {
                if (await LeaveAsync(writer, second, id, to, cancellationToken).ConfigureAwait(false) is { } place)
                    return place;
            }
            finally
            {
                writer.EndTransaction();
                database.Hold = null;
                database.CaptureLane.Wake();
            }
            await LetThroughAsync(second, begun, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What an earlier run has begun, finished if nobody can have written since; null: nothing is begun, and what was is forgotten.</summary>
    public static VacatedPlace? GoOn(string path, string id)
    {
        if (VacatedPlace.Find(path) is { } vacated && vacated.Id == id)
        {
            vacated.Tidy();
            return vacated;
        }
        if (VacatedPlace.FindBegun(path, id) is not { } begun)
            return null;
        // Open until it has changed places: as long as anybody has it open it stays shut, and the last application may close it now.
        using var shut = Directory.Exists(DatabaseFiles.WalOf(path)) ? null : OpenShut(path);
        if (shut is null && !Directory.Exists(DatabaseFiles.WalOf(path)))
        {
            begun.Abandon();
            return null;
        }
        begun.Take();
        return begun;
    }

    /// <summary>Null: a checkpoint that another program began waits for the lock that we hold, and nothing has happened.</summary>
    private async Task<VacatedPlace?> LeaveAsync(EngineConnection writer, EngineConnection second, string id, string to, CancellationToken cancellationToken)
    {
        var lockedAt = time.GetUtcNow();
        var txid = await SyncAsync(LockedSyncLimit, cancellationToken).ConfigureAwait(false);
        // Our writer's snapshot is a mark at the very end: nothing can be reset though the engine closes.
        await CloseAsync(cancellationToken).ConfigureAwait(false);
        if (!await TryMakeWalSuperfluousAsync(second, cancellationToken).ConfigureAwait(false))
            return null;
        Faults.Reach(FaultPoint.LeavingLocked);
        var place = new VacatedPlace(database.Path, id, to, txid, lockedAt);
        try
        {
            place.Write();
            Faults.Reach(FaultPoint.LeavingNoted);
            cancellationToken.ThrowIfCancellationRequested();
            if (!writer.WalIndex.Shut())
                throw new LitestreamException($"{database.Path} cannot leave: its wal-index cannot be read");
            Faults.Reach(FaultPoint.LeavingShut);
            place.Take();
        }
        catch
        {
            _ = writer.WalIndex.Unshut();
            place.Abandon();
            throw;
        }
        Faults.Reach(FaultPoint.LeftNotReleased);
        database.Record(b => b with { IsReleased = true });
        return place;
    }

    /// <summary>An application's checkpoint that waits for readers may hold the lock nearly always: none of the moments between is missed, and no try makes us one of those readers.</summary>
    private void Lock(EngineConnection writer, long begun, CancellationToken cancellationToken)
    {
        while (writer.WalIndex.IsBeingWritten() || !writer.TryBeginImmediate())
        {
            if (time.GetElapsedTime(begun) >= LockPatience)
                throw new DatabaseBusyException($"{database.Path} stays: another program writes to it in a transaction that does not end", hint: "end that transaction, and ask again");
            cancellationToken.ThrowIfCancellationRequested();
            LockPause.Wait();
        }
    }

    /// <summary>While nobody writes, what this answers is everything that was ever committed.</summary>
    private async Task<Txid> SyncAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(longest);
        try
        {
            return await database.SyncAsync(new(), limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NotReplicatedException($"{database.Path} stays: its last commits are not in the replica after {longest.TotalSeconds:0} s; see `litestream status`");
        }
    }

    private async Task CloseAsync(CancellationToken cancellationToken)
    {
        var hold = database.Hold = new(TaskCreationOptions.RunContinuationsAsynchronously);
        database.CaptureLane.Wake();
        await Task.WhenAny(hold.Task, Task.Delay(ClosingTime, time, cancellationToken)).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (!hold.Task.IsCompleted)
            throw new DatabaseBusyException($"{database.Path} stays: it is still being read for its replica", hint: "ask again");
    }

    /// <summary>The file is whole by itself: without its WAL it is the same database. False: another program checkpoints, and may wait for us.</summary>
    private async Task<bool> TryMakeWalSuperfluousAsync(EngineConnection second, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            var isAlone = second.TryCheckpoint(NativeSqlite.CheckpointPassive, out var result);
            if (isAlone && result.IsComplete)
                break;
            var elapsed = time.GetElapsedTime(begun);
            if (!isAlone && elapsed >= CheckpointersPatience)
                return false;
            if (elapsed >= ReadersPatience)
                throw new DatabaseBusyException($"{database.Path} stays: another program reads from it in a transaction that does not end", hint: "end that transaction, and ask again");
            await Task.Delay(TryPause, time, cancellationToken).ConfigureAwait(false);
        }
        second.SyncDatabase();
        return true;
    }

    /// <summary>Behind it there may be a moment without a checkpoint.</summary>
    private async Task LetThroughAsync(EngineConnection second, long begun, CancellationToken cancellationToken)
    {
        while (second.WalIndex.IsCheckpointRunning())
        {
            if (time.GetElapsedTime(begun) >= LockPatience)
                throw new DatabaseBusyException($"{database.Path} stays: another program's checkpoint does not end", hint: "end whatever that waits for, and ask again");
            await Task.Delay(TryPause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Nobody could have written since: SQLite refuses us, too. Null: it does not.</summary>
    private static EngineConnection? OpenShut(string path)
    {
        EngineConnection? probe = null;
        try
        {
            probe = EngineConnection.Open(path);
            _ = probe.TryExecute("PRAGMA schema_version\0"u8);
            if (probe.WalIndex.IsShut)
                return probe;
        }
        catch (SqliteErrorException)
        {
            // Not shut, as far as anybody can tell.
        }
        probe?.Dispose();
        return null;
    }

    /// <summary>Another connection to the file that is replicated.</summary>
    private EngineConnection Open()
    {
        var before = Opening.CheckFile(database);
        return EngineConnection.TryOpen(database.Path, before) ?? throw new DatabaseBusyException($"{database.Path} stays: its file was replaced in this moment", hint: "ask again");
    }
}
