using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Restore;
using Litestream.Sqlite;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.InPlace;

/// <summary>
/// One restore in place, from the first look to the answer. Whatever it meets, the database has its old or its new state, whole; and before it is touched the
/// old one is in the replica and stays restorable.
/// </summary>
/// <param name="database">Which.</param>
/// <param name="from">Where the wanted state is read.</param>
/// <param name="scratch">A folder for it, that nobody else uses.</param>
internal sealed class InPlaceRestore(
    ReplicatedDatabase database, IReplicaStorage from, InPlaceOptions options, string scratch, IProgress<InPlaceProgress>? progress, TimeProvider time, ILogger log)
{
    private readonly LiveDatabase _live = new(database, options, progress, time, log);

    public async Task<InPlaceResult> RunAsync(CancellationToken cancellationToken)
    {
        options.Check();
        var begun = time.GetTimestamp();
        if (FileStat.Of(database.Path) is null)
            return await BringBackAsync(begun, cancellationToken).ConfigureAwait(false);

        // Whoever cannot be captured now need not be fetched; and "the newest" is what was committed when it was asked for.
        _live.Report(InPlaceStep.Capturing);
        await _live.CaptureAsync(LiveDatabase.CaptureLimit, cancellationToken).ConfigureAwait(false);

        // The wanted state, aside. From here on nothing depends on the replica's old files.
        using var wanted = await FetchAsync(cancellationToken).ConfigureAwait(false);
        Faults.Reach(FaultPoint.RestoredAside);

        // Into the database, with the last of the present state captured under the same lock.
        _live.Report(InPlaceStep.Capturing);
        await _live.CaptureAsync(LiveDatabase.CaptureLimit, cancellationToken).ConfigureAwait(false);
        var shape = wanted.Shape();
        var (isAlike, evidence) = await CompareWithPresentAsync(wanted, shape, cancellationToken).ConfigureAwait(false);
        var entered = await (isAlike
            ? new UnderReaders(_live).RunAsync(wanted, shape.PageSize, evidence, cancellationToken)
            : new WhileAlone(_live).RunAsync(wanted, shape.PageSize, cancellationToken)).ConfigureAwait(false);

        // It is restored; done is when the replica has it too.
        var after = await PublishAsync(wanted.Result.Txid, cancellationToken).ConfigureAwait(false);
        return Told(wanted.Result, entered, after, wasAlone: !isAlike, begun);
    }

    private async Task<RestoredAside> FetchAsync(CancellationToken cancellationToken)
    {
        _live.Report(InPlaceStep.Fetching);
        var wanted = await RestoredAside.FetchAsync(new(from, time, log), scratch, OptionsFor, Fetched(), cancellationToken).ConfigureAwait(false);
        log.Proven(database.Name, wanted.Result.Txid);
        return wanted;
    }

    /// <summary>Its file is gone: nobody holds it, and what the replica has is its last state. The wanted one gets its name, whole, if nobody else takes that.</summary>
    private async Task<InPlaceResult> BringBackAsync(long begun, CancellationToken cancellationToken)
    {
        _live.RequireReplication();
        await _live.LetGoOfDeletedAsync(cancellationToken).ConfigureAwait(false);
        _live.Report(InPlaceStep.Fetching);
        Label? before = null;
        RestoreResult result;
        try
        {
            var output = OptionsFor(database.Path) with { BeforeNaming = pages => before = _live.KeepDeleted(pages) };
            result = await new Restorer(from, time, log).RunAsync(output, Fetched(), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // If there is a file by now, whose it is its first look finds out.
            database.Restoring.End(FileStat.Of(database.Path) is null ? false : null);
            throw;
        }
        Faults.Reach(FaultPoint.InPlaceCommitted);
        database.Restoring.End(hasHappened: true);
        database.Notice(FileEvent.Appeared);
        var after = await PublishAsync(result.Txid, cancellationToken).ConfigureAwait(false);
        return Told(result, new(before!.Value, TimeSpan.Zero), after, wasAlone: true, begun);
    }

    /// <summary>What happened cannot be taken back any more: whoever stops waiting now is told so.</summary>
    private async Task<Txid> PublishAsync(Txid restored, CancellationToken cancellationToken)
    {
        _live.Report(InPlaceStep.Publishing);
        try
        {
            var after = await database.SyncAsync(new(), cancellationToken).ConfigureAwait(false);
            Faults.Reach(FaultPoint.InPlacePublished);
            return after;
        }
        catch (Exception e) when (e is LitestreamException or OperationCanceledException)
        {
            throw new InPlaceException(InPlaceFault.NotPublished, $"{database.Path} is restored to transaction {restored}, but the replica does not have that yet", e,
                "nothing need be done: it is published as soon as it can be; `litestream sync -wait` waits for it");
        }
    }

    private InPlaceResult Told(RestoreResult wanted, Entered entered, Txid after, bool wasAlone, long begun)
    {
        var result = new InPlaceResult(wanted.Txid, wanted.Timestamp, entered.Before.Txid, entered.Before.Until, after, wanted.SizeBytes, wanted.BytesRead,
            entered.BlockedFor, wasAlone, time.GetElapsedTime(begun));
        log.Restored(database.Name, result.Txid, after, result.SizeBytes, result.BlockedFor.TotalMilliseconds, result.Duration.TotalMilliseconds);
        return result;
    }

    private RestoreOptions OptionsFor(string output) => new()
    {
        OutputPath = output,
        Txid = options.Txid,
        Timestamp = options.Timestamp,
        Parallelism = options.Parallelism,
        IntegrityCheck = options.IntegrityCheck,
    };

    private FetchProgress Fetched() => new(_live);

    /// <summary>With the database as it stands, WAL included; not through SQLite's schema, which may be what is broken.</summary>
    private async Task<(bool IsAlike, RestoreEvidence Evidence)> CompareWithPresentAsync(RestoredAside wanted, DatabaseShape shape, CancellationToken cancellationToken)
    {
        using var connection = _live.Open();
        await _live.MarkAsync(connection, cancellationToken).ConfigureAwait(false);
        var index = connection.WalIndex.Read() ?? throw _live.NotCaptured("its wal-index cannot be read");
        using var pinned = PinnedDatabase.TryOpen(connection, index) ?? throw _live.Busy("its WAL changed while it was read");
        var page = new byte[pinned.PageSize];
        pinned.Read(1, page);
        var isAlike = DatabaseShape.Of(page) == shape;
        return (isAlike, new(RestoreEvidence.CookieOf(page), wanted.Result.Pages.Count, wanted.Result.Pages.SumBehindFirst) { Witnesses = isAlike ? Witnesses.Of(wanted.Path, pinned) : [] });
    }
}
