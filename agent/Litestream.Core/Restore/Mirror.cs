using Litestream.Ltx;
using Litestream.Sqlite;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Restore;

/// <summary>
/// A plain SQLite file that is kept at the newest state of a replica in a folder, for whoever wants to look with <c>sqlite3</c>. The history beside it is the
/// truth: a mirror that was deleted, replaced or written to is made what its history says. One call at a time; nothing is open between two.
/// </summary>
internal sealed class Mirror
{
    /// <summary>For a gap between readers; nobody is kept out meanwhile.</summary>
    private const int PatienceMs = 10;

    /// <summary>So many times nobody new is kept out; then, where readers overlap without end, once for <see cref="PatienceMs"/>.</summary>
    private const int MostGentle = 10;

    /// <summary>Retention or a merger may take a file away just before it is read.</summary>
    private const int MostPlans = 3;

    private readonly IReplicaStorage _history;
    private readonly MirrorPlace _place;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly MirrorPlanner _planner;
    private MirrorRecord? _record;
    private bool _isRecordRead;
    private bool _saidChanged;
    private int _held;

    public Mirror(IReplicaStorage history, MirrorPlace place, TimeProvider time, ILogger logger)
    {
        (_history, _place, _time, _logger) = (history, place, time, logger);
        _planner = new(history);
    }

    public string Path => _place.Path;

    /// <summary>The transaction that its readers see, as far as known; none before the first look at it.</summary>
    public Txid Position => _record?.At.Txid ?? Txid.None;

    /// <summary>Who kept it from being brought up to date, when <see cref="CatchUpAsync"/> answers false.</summary>
    public string Holder { get; private set; } = "";

    /// <summary>A file of the history was published: the next <see cref="CatchUpAsync"/> need not look for it.</summary>
    public void Tell(LtxFile file) => _planner.Tell(file);

    /// <summary>Nobody touched it, and it stands at this transaction or behind it. Costs a look at its name.</summary>
    public bool IsCurrent(Txid published) =>
        published.IsNone || (Record is { Going: null } record && record.At.Txid >= published && FileStat.Of(Destination.FollowLink(Path)) is { } there && there.IsUnchanged(record.File));

    /// <summary>
    /// Makes it what its history says. False when a program reads or writes it just now: come again. Throws <see cref="LitestreamException"/>, after which
    /// it is what it was before.
    /// </summary>
    public async Task<bool> CatchUpAsync(CancellationToken cancellationToken)
    {
        for (var plan = 1; ; plan++)
        {
            try
            {
                return await LookAsync(Destination.FollowLink(Path), cancellationToken).ConfigureAwait(false);
            }
            catch (StorageException e) when (e.IsMissing && plan < MostPlans)
            {
                _planner.Forget();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw FolderFault.Of("write", Path, e);
            }
            catch (LitestreamException e) when (e is SqliteErrorException { Primary: SqliteCode.Full } or { InnerException: IOException { HResult: PosixFile.NoSpace or PosixFile.QuotaExceeded } })
            {
                throw new StorageException(e.Message, StorageFault.Full, e, "free space on its file system");
            }
        }
    }

    private MirrorRecord? Record
    {
        get
        {
            if (!_isRecordRead)
                (_record, _isRecordRead) = (MirrorRecord.TryRead(_place.RecordPath), true);
            return _record;
        }
    }

    private async Task<bool> LookAsync(string path, CancellationToken cancellationToken)
    {
        if (FileStat.IsSameFile(FileStat.Of(path), FileStat.Of(Destination.FollowLink(_place.Model))))
            throw new LitestreamException($"{path} is the database itself, and cannot be its own backup", hint: "name another path for the replica");
        if (FileStat.Of(path) is not { SizeBytes: > 0 } there)
            return await BuildAsync(path, cancellationToken).ConfigureAwait(false);
        if (!there.IsRegular)
            throw new LitestreamException($"{path} is {(Directory.Exists(path) ? "a folder" : "no file")}, and a path that ends like this names a plain SQLite file", hint: "move it away, or name another path for the replica");
        ReadReplica? file = null;
        try
        {
            file = ReadReplica.Open(path, () => _ = PosixFile.FlushDirectory(System.IO.Path.GetDirectoryName(path)!));
            RefuseForeign(path, isOurs: Record is not null || file.LooksOurs());
            if (!file.TryBegin(PatienceMs) || (file.IsWal && !TryLeaveWal(file)) || !IsGap(file))
                return IsHeldBy(file.Reader);
            return await BringUpAsync(file, path, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteErrorException e) when (e.Primary is SqliteCode.NotADatabase or SqliteCode.Corrupt)
        {
            file?.Dispose();
            return await ReplaceAsync(path, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>Whether it is worth the work: nobody reads just now, or it is time to insist.</summary>
    private bool IsGap(ReadReplica file)
    {
        for (var until = Environment.TickCount64 + PatienceMs; file.Reader != 0; Thread.Sleep(1))
        {
            if (Environment.TickCount64 >= until)
                return IsTimeToInsist;
        }
        return true;
    }

    private bool IsTimeToInsist => _held % (MostGentle + 1) == MostGentle;

    private static bool TryLeaveWal(ReadReplica file)
    {
        file.End();
        return file.TryLeaveWal() && file.TryBegin(PatienceMs);
    }

    private async Task<bool> BringUpAsync(ReadReplica file, string path, CancellationToken cancellationToken)
    {
        RefuseForeign(path, isOurs: file.Stamp is not null);
        var at = Standing(file);
        if (at is null)
            SayChanged(path);
        if (await _planner.NextAsync(at, file.PageCount, cancellationToken).ConfigureAwait(false) is not { } chain)
            return at is null || Note(new(at.Value, file.StandsAt() ?? default));
        if (chain.Newest.PageSize != file.PageSize)
            return await ReplaceAsync(path, cancellationToken).ConfigureAwait(false);
        await chain.VerifyAsync(cancellationToken).ConfigureAwait(false); // before a reader sees any of it
        using var batch = OpenBatch(file.PageSize);
        var before = new byte[file.PageSize];
        await chain.ReadPagesAsync((first, pages) => batch.AddWhatDiffers(file, before, first, pages), cancellationToken).ConfigureAwait(false);
        return Commit(file, batch, chain.Newest, at);
    }

    private bool Commit(ReadReplica file, PageBatch batch, LtxHeader newest, MirrorPosition? at)
    {
        // Transactions without pages need no commit: nothing changes for readers.
        var isSame = at is not null && batch.Pgnos.Count == 0 && newest.Commit == file.PageCount;
        var going = new MirrorPosition(newest.MaxTxid, newest.Proof?.Post, isSame ? at!.Value.Stamp : StampAfter(file));
        if (!isSame)
        {
            Note(new(at ?? default, file.StandsAt() ?? default, going));
            if (!file.TryCommit(batch, newest.Commit, going.Stamp, PatienceMs, IsTimeToInsist))
                return IsHeldBy(file.Reader);
            file.RemoveJournal();
        }
        return Note(new(going, file.StandsAt() ?? default));
    }

    /// <summary>Which state it is in: what the note says, if nobody else touched it; null when that is not known.</summary>
    private MirrorPosition? Standing(ReadReplica file)
    {
        if (Record is not { } record || file.Stamp is not { } stamp || file.StandsAt() is not { } there || !there.IsSameFile(record.File))
            return null;
        if (record.Going is null)
            return stamp == record.At.Stamp && there.IsUnchanged(record.File) ? record.At : null;
        // Cut in the middle of a commit: done, or taken back by the next who opened it.
        return stamp == record.At.Stamp && !record.At.Txid.IsNone ? record.At : stamp == record.Going.Value.Stamp ? record.Going : null;
    }

    /// <summary>Larger than any that a reader can have seen, what was taken back after a crash included.</summary>
    private uint StampAfter(ReadReplica file) => Record is { } record
        ? Math.Max(file.ChangeCounter, record.NewestStamp) + 1
        : unchecked(file.ChangeCounter + 1 + (uint)Random.Shared.Next(1, int.MaxValue));

    private bool Note(MirrorRecord record)
    {
        if (record.Going is null)
            (_held, _saidChanged) = (0, false);
        if (record == _record)
            return true;
        (_record, _isRecordRead) = (record, true);
        record.Write(_place.RecordPath);
        return true;
    }

    private bool IsHeldBy(int reader)
    {
        _held++;
        Holder = ProcessName.Of(reader);
        return false;
    }

    /// <summary>Once, not with every try.</summary>
    private void SayChanged(string path)
    {
        if (!_saidChanged && Record is { } record)
            _logger.MirrorChanged(path, record.At.Txid);
        _saidChanged = true;
    }

    /// <summary>What we did not make is not ours to overwrite: a path was misspelt.</summary>
    private void RefuseForeign(string path, bool isOurs)
    {
        if (!isOurs && Record is null)
            throw new LitestreamException($"{path} was there before, and litestream did not make it: it is left alone", hint: "move it away, or name another path for the replica");
    }

    /// <summary>Something else than a database of this page size stands there. Who has it open goes on with that.</summary>
    private Task<bool> ReplaceAsync(string path, CancellationToken cancellationToken)
    {
        RefuseForeign(path, isOurs: false);
        SayChanged(path);
        return RestoreAsync(path, replaces: true, cancellationToken);
    }

    private Task<bool> BuildAsync(string path, CancellationToken cancellationToken)
    {
        if (Record is not null)
        {
            SayChanged(path);
            new Sidecars(path).Delete(); // of a mirror that is gone, and of no use without it
        }
        return RestoreAsync(path, replaces: false, cancellationToken);
    }

    private async Task<bool> RestoreAsync(string path, bool replaces, CancellationToken cancellationToken)
    {
        if ((await ReplicaListing.ReadAsync(_history, cancellationToken).ConfigureAwait(false)).Count == 0)
            return true; // nothing was published yet
        var options = new RestoreOptions { OutputPath = path, Parallelism = 2, Force = replaces, AsReadReplica = true, ModelPath = _place.Model };
        var result = await new Restorer(_history, _time, _logger).RunAsync(options, progress: null, cancellationToken).ConfigureAwait(false);
        _planner.Forget();
        return Note(new(new(result.Txid, result.PostSum, (uint)result.Txid.Value), FileStat.Of(path) ?? default));
    }

    private PageBatch OpenBatch(int pageSize)
    {
        try
        {
            return new(_place.NextPath, pageSize);
        }
        catch (IOException e) when (e.HResult == PosixFile.WouldBlock)
        {
            throw new LitestreamException($"{Path}: another litestream keeps it current already", e, "stop that one, or name another path for the replica");
        }
    }
}
