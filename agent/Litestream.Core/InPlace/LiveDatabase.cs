using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Restore;
using Litestream.Sqlite;
using Microsoft.Extensions.Logging;

namespace Litestream.InPlace;

/// <summary>The database that gets another state, and what both ways of entering it need: its present state safe, a connection, the copying.</summary>
internal sealed class LiveDatabase(ReplicatedDatabase database, InPlaceOptions options, IProgress<InPlaceProgress>? progress, TimeProvider time, ILogger log)
{
    /// <summary>A replica that does not take the present state in this time is away.</summary>
    public static readonly TimeSpan CaptureLimit = TimeSpan.FromSeconds(30);

    /// <summary>The same while applications cannot write: little is left to send then.</summary>
    public static readonly TimeSpan LockedCaptureLimit = TimeSpan.FromSeconds(10);

    private const int ChunkBytes = 4 << 20;

    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan MarkPause = TimeSpan.FromMilliseconds(10);

    public ReplicatedDatabase State => database;

    public string Path => database.Path;

    public InPlaceOptions Options => options;

    public TimeProvider Time => time;

    /// <summary>It has the wanted state: what fails from here on takes nothing back.</summary>
    public bool IsCommitted { get; private set; }

    public void Report(InPlaceStep step, long done = 0, long total = 0, long bytesRead = 0) => progress?.Report(new(step, done, total, bytesRead));

    /// <summary>Everything committed until now is in the replica; answers the transaction that holds it. Throws <see cref="InPlaceException"/>.</summary>
    public async Task<Txid> CaptureAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        RequireReplication();
        var begun = time.GetTimestamp();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sync = database.SyncAsync(new(), ending.Token);
        try
        {
            while (await Task.WhenAny(sync, Task.Delay(LookPause, time, cancellationToken)).ConfigureAwait(false) != sync)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var waited = time.GetElapsedTime(begun);
                if (waited >= options.Patience && database.Snapshot().Reason == DatabaseReason.Locked)
                    throw Busy("a program keeps everybody else out of it (locking_mode=EXCLUSIVE, or a long transaction in rollback mode)");
                if (waited >= limit)
                    throw NotCaptured($"its present state is not in the replica after {limit.TotalSeconds:0} s{WhatItWaitsFor()}");
            }
            return await sync.ConfigureAwait(false);
        }
        catch (LitestreamException e) when (e is not InPlaceException)
        {
            throw NotCaptured(e.Message, e);
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Completes when nothing of a file that was deleted is open any more: its last commits are captured from what we hold of it, or lost with it.</summary>
    public async Task LetGoOfDeletedAsync(CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        database.Notice(FileEvent.Appeared);
        while (database.Hot is not null || database.Activity != CaptureActivity.None)
        {
            if (time.GetElapsedTime(begun) >= LockedCaptureLimit)
                throw NotCaptured($"its file is gone, and its last commits are still being read from what was open of it{WhatItWaitsFor()}");
            await Task.Delay(LookPause, time, cancellationToken).ConfigureAwait(false);
        }
        RequirePublished();
    }

    /// <summary>As <see cref="Keep"/>, of a database whose file is gone, a moment before another gets its name.</summary>
    public Label KeepDeleted(RestoredPages wanted)
    {
        RequirePublished();
        return Keep(database.Book.Captured, new(null, wanted.Count, wanted.SumBehindFirst));
    }

    /// <summary>From now on that state stays restorable, whatever the retention says; and whoever finds the books so knows by what to tell what came of it.</summary>
    public Label Keep(Txid present, RestoreEvidence evidence)
    {
        var label = new Label(present, Label.RestoringInPlace, time.GetUtcNow()) { Evidence = evidence, RequestId = options.RequestId };
        database.Restoring.Begin(label);
        log.Labelled(database.Name, present, label.Until);
        Faults.Reach(FaultPoint.InPlaceLabelled);
        return label;
    }

    /// <summary>Behind the label: does it, and books what came of it, whatever that is.</summary>
    public void Enter(Action copy)
    {
        try
        {
            copy();
        }
        finally
        {
            database.Restoring.End(IsCommitted);
        }
    }

    /// <summary>Another connection to the file that is replicated.</summary>
    public EngineConnection Open()
    {
        var before = Opening.CheckFile(database);
        return EngineConnection.TryOpen(Path, before) ?? throw Busy("its file was replaced in this moment");
    }

    /// <summary>Whoever closes it as the last one, the engine's own lane as well, keeps everybody out while its WAL goes.</summary>
    public async Task MarkAsync(EngineConnection connection, CancellationToken cancellationToken)
    {
        for (var begun = time.GetTimestamp(); ; await Task.Delay(MarkPause, time, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                connection.BeginMark();
                return;
            }
            catch (SqliteErrorException e) when (e.IsBusy)
            {
                if (time.GetElapsedTime(begun) >= options.Patience)
                    throw Busy("a program keeps everybody else out of it");
            }
        }
    }

    /// <summary>Throws when there is no room for so much beside the database. Others may take it meanwhile: SQLite's word counts then.</summary>
    public void RequireRoom(long bytes)
    {
        var free = new DriveInfo(System.IO.Path.GetDirectoryName(Path)!).AvailableFreeSpace;
        if (free < bytes)
            throw NoRoom($"{bytes} bytes are needed beside it, {free} are free");
    }

    /// <summary>All pages, as one commit of the target, which is locked. Cancelled up to the last piece, nothing has happened.</summary>
    public void Copy(OnlineCopy copy, int pageSize, CancellationToken cancellationToken)
    {
        // Two pieces at least, so that the crash tests can come in between.
        var pages = Math.Max(1, Math.Min(ChunkBytes / pageSize, copy.PageCount / 2));
        var (isHalf, isDone) = (false, false);
        try
        {
            while (!isDone)
            {
                cancellationToken.ThrowIfCancellationRequested();
                isDone = copy.Copy(pages);
                Report(InPlaceStep.Copying, copy.PagesDone, copy.PageCount);
                if (!isHalf && !isDone && copy.PagesDone >= copy.PageCount / 2)
                {
                    isHalf = true;
                    Faults.Reach(FaultPoint.InPlaceHalfCopied);
                }
            }
        }
        catch (SqliteErrorException e) when (copy.IsCommitted)
        {
            throw new InPlaceException(InPlaceFault.NotPublished, $"{Path} has the wanted state, which may not survive a power loss now: {e.Message}", e, "see what is wrong with its disk");
        }
        catch (SqliteErrorException e)
        {
            throw e.Primary == SqliteCode.Full ? NoRoom(e.Message, e) : new InPlaceException(InPlaceFault.NotWritten, $"{Path} keeps its old state: {e.Message}", e);
        }
        finally
        {
            IsCommitted = copy.IsCommitted;
        }
        Faults.Reach(FaultPoint.InPlaceCommitted);
    }

    public InPlaceException Busy(string why) => new(InPlaceFault.Busy, $"{Path} is not restored and keeps its old state: {why}",
        hint: options.FailsIfBusy ? "-if-busy wait waits for it, up to -busy-limit" : $"it was waited for {options.Patience.TotalSeconds:0} s; end that program's transaction, or wait longer with -busy-limit");

    public InPlaceException NotCaptured(string why, Exception? inner = null) => new(InPlaceFault.NotCaptured, $"{Path} is not touched: {why}", inner,
        "without its present state in the replica a restore could not be undone; see `litestream status`");

    private InPlaceException NoRoom(string why, Exception? inner = null) => new(InPlaceFault.NoRoom, $"{Path} is not restored and keeps its old state: {why}", inner,
        "free some space there: while it goes in, the wanted state lies in the WAL");

    /// <summary>Throws when nothing would bring a change to the replica.</summary>
    public void RequireReplication()
    {
        if (database.Book.IsPaused || database.Replicas.AreFenced || database.Exit is not null)
            throw new InPlaceException(InPlaceFault.NotReplicated, $"{Path} is not touched: {(database.Book.IsPaused ? "it is stopped" : $"it is not replicated now ({database.Snapshot().Status})")}",
                hint: database.Book.IsPaused ? "`litestream start` begins again" : "its present state could not be kept; see `litestream status`");
    }

    private void RequirePublished()
    {
        if (database.Replicas.Max(r => r.Book.Published) < database.Book.Captured)
            throw NotCaptured("its file is gone, and its last commits are on their way to the replica");
    }

    private string WhatItWaitsFor() => database.Snapshot().Detail is { } detail ? $": {detail}" : "";
}
