using Litestream.Ltx;
using Litestream.Sqlite;
using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>
/// The state of one database. Its work is done on two serial lanes: capture (SQLite, local files) and publish (the replica). A field that one lane owns says so; what
/// both need is under the lock.
/// </summary>
internal sealed class ReplicatedDatabase
{
    private readonly Lock _lock = new();
    private readonly StoreContext _context;
    private readonly Queue<StagedFile> _staged = [];
    private SyncRequests _syncs;
    private DatabaseCounters _counters = new();
    private FileEvent _seen;
    private long _dirtySince = Lane.Never;
    private long _lastRoundAt = long.MinValue / 2;
    private (DatabaseStatus Status, DatabaseReason Reason, string? Detail) _capture = (DatabaseStatus.Waiting, DatabaseReason.Pending, null);
    private (DatabaseStatus Status, DatabaseReason Reason, string? Detail) _publish = (DatabaseStatus.Active, DatabaseReason.None, null);
    private string? _lastError;
    private HotDatabase? _hot;
    private bool _isOpening;
    private bool _isCapturing;
    private ChainStart? _chain;
    private long _walBytes;
    private RequestCounters? _requests;
    private bool _isPairWanted;

    public ReplicatedDatabase(BookEntry book, StoreContext context, Scheduler scheduler)
    {
        (Book, _context) = (book, context);
        CaptureLane = new(this, LaneKind.Capture, scheduler) { IsBackground = true };
        PublishLane = new(this, LaneKind.Publish, scheduler);
        if (book.Resting is not null)
            _capture = (DatabaseStatus.Active, DatabaseReason.Cold, null);
    }

    /// <summary>Name below the replica's <c>databases/</c>.</summary>
    public string Name => Book.Name;

    /// <summary>Absolute path of the file.</summary>
    public string Path => Book.Path;

    public Lane CaptureLane { get; }

    public Lane PublishLane { get; }

    /// <summary>What the books say; replaced as a whole, under the lock.</summary>
    public BookEntry Book { get; private set; }

    /// <summary>The open connections, null while cold; set and used by the capture lane, others only ask whether there are any.</summary>
    public HotDatabase? Hot
    {
        get => Volatile.Read(ref _hot);
        set => Volatile.Write(ref _hot, value);
    }

    /// <summary>
    /// What the publish lane found out about the chain since the program started; null before, and again when it turns out to be wrong. While it is
    /// null nothing is captured.
    /// </summary>
    public ChainStart? Chain
    {
        get => Volatile.Read(ref _chain);
        set => Volatile.Write(ref _chain, value);
    }

    /// <summary>The publish lane met a missing or damaged file of our own: the next discovery asks for a new image.</summary>
    public bool IsChainDamaged { get; set; }

    /// <summary>The file that was opened last; owned by the capture lane.</summary>
    public FileStat? OpenedFile { get; set; }

    /// <summary>Another file was put in its place, which may be an older one: the next resync labels what it goes back from. Owned by the capture lane.</summary>
    public bool IsReplaced { get; set; }

    /// <summary>The file that was seen in rollback mode and written a moment before, and the timestamp since when; owned by the capture lane.</summary>
    public (ulong Inode, long At) RollbackSeen { get; set; }

    /// <summary>Failures in a row of the capture lane, for its backoff.</summary>
    public int CaptureFailures { get; set; }

    /// <summary>Failures in a row of the publish lane, for its backoff.</summary>
    public int PublishFailures { get; set; }

    /// <summary>Time of the newest file in milliseconds, so that times never go back; owned by the capture lane after discovery.</summary>
    public long NewestTimestampMs { get; set; }

    /// <summary>
    /// Timestamp and wall clock of the last confirmed publish or look at the replica; owned by the publish lane. After too long our next name may be
    /// free again. Both, because the monotonic clock stands still while a machine is suspended.
    /// </summary>
    public (long Timestamp, DateTimeOffset Utc) ConfirmedAt { get; set; }

    /// <summary>Timestamp at which the next merger into L1 is due, <see cref="Lane.Never"/> when no L0 waits for one; owned by the publish lane. At first: look.</summary>
    public long CompactionAt { get; set; }

    /// <summary>Its requests to the replica; made with the first one, as most of a thousand databases make none.</summary>
    public RequestCounters Requests => _requests ?? Interlocked.CompareExchange(ref _requests, new(_context.Replica.Total), null) ?? _requests;

    /// <summary>Set once, when the database leaves the store: the lanes finish and stop.</summary>
    public DatabaseExit? Exit { get; private set; }

    /// <summary>The publish lane asks the capture lane, which counts the transactions, for a pair of empty files (<see cref="Upkeep.NeedsPair"/>).</summary>
    public bool IsPairWanted
    {
        get => Volatile.Read(ref _isPairWanted);
        set => Volatile.Write(ref _isPairWanted, value);
    }

    /// <summary>Tells that something was seen of its files. Returns at once; thousands a second are fine.</summary>
    public void Notice(FileEvent seen)
    {
        var now = _context.Time.GetTimestamp();
        var isSweep = seen == FileEvent.Sweep;
        lock (_lock)
        {
            _seen |= seen;
            if (_dirtySince == Lane.Never && !isSweep)
                _dirtySince = now;
        }
        if (isSweep && _context.Time.GetUtcNow() >= Book.DueAt)
            PublishLane.Wake();
        if (!isSweep)
            CaptureLane.IsBackground = false;
        // A write to the database file is a checkpoint, which may be waiting for our mark: a round at once (but no storm of them).
        var pause = (seen & ~(FileEvent.Wal | FileEvent.Sweep)) != 0 ? TimeSpan.FromMilliseconds(20) : _context.Options.SyncInterval;
        CaptureLane.WakeAt(Interlocked.Read(ref _lastRoundAt) + _context.Ticks(pause));
    }

    /// <summary>As it stands now.</summary>
    public DatabaseSnapshot Snapshot()
    {
        lock (_lock)
        {
            var (status, reason, detail) = _publish.Status != DatabaseStatus.Active && _publish.Status >= _capture.Status ? _publish : _capture;
            var waitingSince = _staged.TryPeek(out var oldest) ? Math.Min(oldest.NoticedAt, _dirtySince) : _dirtySince;
            return new()
            {
                Name = Book.Name,
                Path = Book.Path,
                ReplicaUrl = _context.Replica.UrlOf(_context.Replica.PathOf(Book.Name)),
                Status = status,
                Reason = reason,
                Detail = detail,
                CreatedAt = Book.CreatedAt,
                SizeBytes = (long)Book.PageCount * Book.PageSize,
                PageSize = Book.PageSize,
                WalBytes = _walBytes,
                Txid = Book.Captured,
                ReplicatedTxid = Book.Published,
                LastSyncAt = Book.LastSyncAt,
                LastProofAt = Book.LastProofAt,
                LagSeconds = waitingSince == Lane.Never ? 0 : Math.Max(0, _context.Time.GetElapsedTime(waitingSince).TotalSeconds),
                LastError = _lastError,
                IsHot = Hot is not null,
                SpoolBytes = _staged.Sum(s => s.File.SizeBytes),
                Counters = _counters,
                Requests = _requests?.Read(),
            };
        }
    }

    public async Task<Txid> SyncAsync(CancellationToken cancellationToken)
    {
        if (Book.IsPaused || IsFenced || Exit is not null)
            throw new LitestreamException($"{Name} is not replicated now ({Snapshot().Status}): it cannot be synced");
        var request = new SyncRequest();
        lock (_lock)
        {
            _syncs.Add(request);
            _seen |= FileEvent.Wal;
        }
        CaptureLane.Wake();
        await using var registration = cancellationToken.Register(() => request.Done.TrySetCanceled(cancellationToken)).ConfigureAwait(false);
        return await request.Done.Task.ConfigureAwait(false);
    }

    /// <summary>The capture lane works on top of the chain that was last found.</summary>
    public bool IsChainTaken => ReferenceEquals(Chain, ChainStart.Taken);

    /// <summary>The capture lane is opening the database: <see cref="Hot"/> is about to be set.</summary>
    public bool IsOpening
    {
        get => Volatile.Read(ref _isOpening);
        set => Volatile.Write(ref _isOpening, value);
    }

    /// <summary>The capture lane runs: set before it looks at <see cref="Chain"/>; the publish lane looks here after that is null. With full fences, so one sees the other.</summary>
    public bool IsCapturing
    {
        get => Interlocked.CompareExchange(ref _isCapturing, false, false);
        set => Interlocked.Exchange(ref _isCapturing, value);
    }

    /// <summary>Capture lane: moves the chain on from what it was when it was looked at, unless the publish lane has changed its mind meanwhile.</summary>
    public void MoveChain(ChainStart from, ChainStart? to) => Interlocked.CompareExchange(ref _chain, to, from);

    /// <summary>Changes the books, on disk too.</summary>
    public void Record(Func<BookEntry, BookEntry> change)
    {
        lock (_lock)
        {
            // On disk first: books that cannot be written must leave memory as it was.
            var next = change(Book);
            _context.Books.Save(next);
            Book = next;
        }
    }

    /// <summary>Capture lane: a look begins. Answers what was seen since the last one, and since when (<see cref="Lane.Never"/>: nothing).</summary>
    public (FileEvent Seen, long Since) BeginLook()
    {
        lock (_lock)
        {
            _syncs.Take();
            var seen = _seen;
            _seen = FileEvent.None;
            Interlocked.Exchange(ref _lastRoundAt, _context.Time.GetTimestamp());
            return (seen, _dirtySince);
        }
    }

    /// <summary>Capture lane: the look is over and everything committed before it is captured. Serves those who wait for that.</summary>
    public void EndLook(long walBytes)
    {
        lock (_lock)
        {
            _walBytes = walBytes;
            if ((_seen & ~FileEvent.Sweep) == 0)
                _dirtySince = Lane.Never;
            _syncs.SetTarget(Book.Captured);
        }
        AnswerSyncs();
    }

    /// <summary>Capture lane: hands a captured file, with the books' new state, to the publish lane.</summary>
    public void Stage(StagedFile file, Func<BookEntry, BookEntry> change)
    {
        lock (_lock)
        {
            var next = change(Book);
            _context.Books.Save(next);
            Book = next;
            Faults.Reach(FaultPoint.BookedNotPublished);
            _staged.Enqueue(file);
        }
        _context.Spool.AddWaiting(file);
        PublishLane.Wake();
    }

    /// <summary>The oldest captured file that is not published yet.</summary>
    public StagedFile? PeekStaged()
    {
        lock (_lock)
            return _staged.TryPeek(out var file) ? file : null;
    }

    /// <summary>Publish lane: the oldest staged file is in the replica.</summary>
    public void ConfirmPublished(StagedFile file, DateTimeOffset now)
    {
        lock (_lock)
        {
            // On disk first: should the books fail, the file stays staged and is found published at the next try.
            var next = Book with { Published = Txid.Max(Book.Published, file.File.MaxTxid), LastSyncAt = now };
            _context.Books.Confirm(next, file.File);
            Book = next;
            _staged.Dequeue();
        }
        _context.Spool.RemoveWaiting(file);
        AnswerSyncs();
    }

    /// <summary>Drops what waits to be published: it will never be, or a resync will bring it anew.</summary>
    public void DropStaged()
    {
        lock (_lock)
        {
            while (_staged.TryDequeue(out var file))
            {
                _context.Spool.RemoveWaiting(file);
                Spool.Delete(file.Path);
            }
        }
    }

    public void SetCapture(DatabaseStatus status, DatabaseReason reason, string? detail = null)
    {
        lock (_lock)
        {
            _capture = (status, reason, detail);
            _lastError = status >= DatabaseStatus.Error ? detail : _lastError;
        }
    }

    /// <summary>Something was wrong and is mended: it goes on, but people should know.</summary>
    public void ReportMended(string text)
    {
        lock (_lock)
            _lastError = text;
    }

    public void SetPublish(DatabaseStatus status, DatabaseReason reason, string? detail = null)
    {
        lock (_lock)
        {
            _publish = (status, reason, detail);
            _lastError = status >= DatabaseStatus.Error ? detail : _lastError;
        }
    }

    /// <summary>The publish lane may not touch the replica any more until a person decides.</summary>
    public bool IsFenced
    {
        get
        {
            lock (_lock)
                return _publish.Status is DatabaseStatus.SplitBrain or DatabaseStatus.Lost;
        }
    }

    public void Count(Func<DatabaseCounters, DatabaseCounters> change)
    {
        lock (_lock)
            _counters = change(_counters);
    }

    /// <summary>It is registered still, and its path leads to this file.</summary>
    public bool IsAt(FileStat file) => Exit is null && FileStat.Of(Path) is { } there && there.IsSameFile(file);

    /// <summary>Nothing will be captured any more, or something could not be: whoever waits for a sync must hear it.</summary>
    public void FailSyncs()
    {
        IReadOnlyList<SyncRequest> waiting;
        lock (_lock)
            waiting = _syncs.RemoveAll();
        foreach (var sync in waiting)
            sync.Done.TrySetException(new LitestreamException($"{Name} cannot be synced now ({Snapshot().Reason}): what was committed last may not be in the replica"));
    }

    /// <summary>Somebody waits for a sync.</summary>
    public bool IsSyncWanted
    {
        get
        {
            lock (_lock)
                return !_syncs.IsEmpty;
        }
    }

    /// <summary>Something happened that is not captured yet, or waits for the replica.</summary>
    public bool IsDirty
    {
        get
        {
            lock (_lock)
                return _dirtySince != Lane.Never || _staged.Count > 0 || !_syncs.IsEmpty;
        }
    }

    /// <summary>
    /// Something may be there to capture, whether or not an event told of it yet: at the end the last commits must not wait for a directory watcher.
    /// </summary>
    public bool MayHaveChanged
    {
        get
        {
            var book = Book;
            return FileStat.Of(Path) is { SizeBytes: > 0 } && !(book.Resting is { } resting && resting.AreUnchanged(Path, book.Position, book.PageSize));
        }
    }

    public DatabaseExit BeginExit()
    {
        lock (_lock)
            Exit ??= new();
        CaptureLane.Wake();
        return Exit;
    }

    private void AnswerSyncs()
    {
        IReadOnlyList<SyncRequest> answered;
        lock (_lock)
            answered = _syncs.RemoveServed(Book.Published);
        foreach (var sync in answered)
            sync.Done.TrySetResult(sync.Target.GetValueOrDefault());
    }

    public void SetPaused(bool isPaused)
    {
        Record(b => b with { IsPaused = isPaused });
        CaptureLane.Wake();
    }
}
