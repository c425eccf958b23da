using Litestream.Ltx;
using Litestream.Sqlite;

namespace Litestream.Replication;

/// <summary>
/// The state of one database. Its work is done on serial lanes: one captures (SQLite, local files), and one for each replica publishes there. A field that one
/// lane owns says so; what several need is under the lock.
/// </summary>
internal sealed class ReplicatedDatabase
{
    private readonly StoreContext _context;
    private SyncRequests _syncs;
    private DatabaseCounters _counters = DatabaseCounters.None;
    private FileEvent _seen;
    private long _dirtySince = Lane.Never;
    private long _lastLookAt = long.MinValue / 2;
    private (DatabaseStatus Status, DatabaseReason Reason, string? Detail) _capture = (DatabaseStatus.Waiting, DatabaseReason.Pending, null);
    private string? _lastError;
    private volatile HotDatabase? _hot;
    private int _activity;
    private volatile bool _isAtRest;
    private volatile ChainStart? _chain;
    private long _walBytes;
    private DateTimeOffset? _walPinnedSince;
    private volatile DatabaseReplica? _pairWantedBy;
    private Beginning _beginning;
    private RestoreBooking? _restoring;
    private (DatabaseStatus Status, DatabaseReason Reason) _told = (DatabaseStatus.Waiting, DatabaseReason.Pending);

    /// <param name="replicas">What the books know of each replica of the store, in their order.</param>
    public ReplicatedDatabase(BookEntry book, IReadOnlyList<ReplicaEntry> replicas, StoreContext context, Scheduler scheduler)
    {
        (Book, _context) = (book, context);
        CaptureLane = new(this, null, scheduler) { IsBackground = true };
        Staged = new(context.Spool);
        Replicas = new([.. context.Places.Select((place, i) => new DatabaseReplica(this, place, replicas[i], scheduler, context.Time.GetTimestamp()))]);
        if (book.Resting is not null)
            _capture = (DatabaseStatus.Active, DatabaseReason.Cold, null);
    }

    /// <summary>Name below the replica's <c>databases/</c>.</summary>
    public string Name => Book.Name;

    /// <summary>Absolute path of the file.</summary>
    public string Path => Book.Path;

    public Lane CaptureLane { get; }

    /// <summary>Its replicas, each with a lane of its own.</summary>
    public DatabaseReplicas Replicas { get; }

    /// <summary>Guards what several lanes use.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Captured files that some replica does not have; under the lock.</summary>
    public StagedFiles Staged { get; }

    /// <summary>What the books say; replaced as a whole, under the lock.</summary>
    public BookEntry Book { get; private set; }

    /// <summary>The open connections, null while cold; set and used by the capture lane, others only ask whether there are any.</summary>
    public HotDatabase? Hot { get => _hot; set => _hot = value; }

    /// <summary>
    /// What the first replica that answered said about the chain since the program started; null before, and again when it turns out to be wrong. While
    /// it is null nothing is captured.
    /// </summary>
    public ChainStart? Chain { get => _chain; set => _chain = value; }

    /// <summary>The file that was opened last; owned by the capture lane.</summary>
    public (ulong Device, ulong Inode)? OpenedFile { get; set; }

    /// <summary>Another file was put in its place, which may be an older one: the next resync labels what it goes back from. Owned by the capture lane.</summary>
    public bool IsReplaced { get; set; }

    /// <summary>The file that was seen in rollback mode and written a moment before, and the timestamp since when; owned by the capture lane.</summary>
    public (ulong Inode, long At) RollbackSeen { get; set; }

    /// <summary>Timestamp of its last <see cref="ClosedCapture"/>; owned by the capture lane.</summary>
    public long ClosedCaptureAt { get; set; } = long.MinValue / 2;

    /// <summary>Its <see cref="ClosedCapture"/> comes later, whatever happens meanwhile; set by the capture lane.</summary>
    public bool IsPutOff { get; set; }

    /// <summary>Failures in a row of the capture lane, for its backoff; owned by it.</summary>
    public int CaptureFailures { get; set; }

    /// <summary>Time of the newest file in milliseconds, so that times never go back; owned by the capture lane after discovery.</summary>
    public long NewestTimestampMs { get; set; }

    /// <summary>That of the newest change of this run, 0 before; empty files and images of what is captured are none. Owned by the capture lane.</summary>
    public long NewestChangeMs { get; set; }

    /// <summary>Why it is another host's by now; null while nobody said so. Set before the lanes are woken.</summary>
    public string? LostBecause { get; set; }

    /// <summary>A restore in place, while this program makes one. Made with the first one, as most of a thousand databases have none.</summary>
    public RestoreBooking Restoring => _restoring ?? Interlocked.CompareExchange(ref _restoring, new(this, _context.Books), null) ?? _restoring;

    /// <summary>Somebody must be alone with the file: set before the capture lane is woken, which closes everything and says so. Who asks for a sync meanwhile waits.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>Set once, when the database leaves the store: the lanes finish and stop.</summary>
    public DatabaseExit? Exit { get; private set; }

    /// <summary>Nothing is done for it any more; under the lock.</summary>
    public bool IsOver { get; private set; }

    /// <summary>This replica's lane asks the capture lane, which counts the transactions, for a pair of empty files (<see cref="Upkeep.NeedsPair"/>).</summary>
    public DatabaseReplica? PairWantedBy { get => _pairWantedBy; set => _pairWantedBy = value; }

    /// <summary>Its files as a look found them unchanged, or newer ones for which everything is captured, too; null when that is not so, or there is work for a look. For any thread.</summary>
    public RestingFiles? AtRest => _isAtRest && PairWantedBy is null && Chain is not { NeedsImage: true } && Replicas.At(ReplicaStage.NeedsImage) == 0 ? Book.Resting : null;

    /// <summary>Tells that something was seen of its files. Returns at once; thousands a second are fine.</summary>
    public void Notice(FileEvent seen)
    {
        if (seen.IsNews())
            CaptureLane.IsBackground = false;
        else
            Replicas.WakeDue(_context.Time.GetUtcNow());
        // Of a hundred thousand tenants nearly all are at rest: they are not queued to find that out.
        if (seen == FileEvent.Glance && AtRest is { } resting && resting.AreUnchangedAmongSameNames(Path))
            return;
        lock (Gate)
        {
            _seen |= seen;
            if (_dirtySince == Lane.Never && seen.IsNews())
                _dirtySince = _context.Time.GetTimestamp();
        }
        // A write to the database file is a checkpoint, which may be waiting for our mark: a round at once (but no storm of them). No mark stands when it was put off.
        var isUrgent = !IsPutOff && ((seen & ~FileEvent.Wal).IsNews() || ((seen & FileEvent.Wal) != 0 && Hot is { HasGrown: true }));
        CaptureLane.WakeAt(LastLookAt + _context.Ticks(isUrgent ? TimeSpan.FromMilliseconds(20) : _context.Options.SyncInterval));
    }

    /// <summary>As it stands now.</summary>
    public DatabaseSnapshot Snapshot()
    {
        lock (Gate)
        {
            var (status, reason, detail) = Judge();
            var replicas = Replicas.Select(r => r.Snapshot(_context.Time, _dirtySince)).ToArray();
            return new()
            {
                Name = Book.Name,
                Path = Book.Path,
                Replicas = replicas,
                Status = status,
                Reason = reason,
                Detail = detail,
                CreatedAt = Book.CreatedAt,
                SizeBytes = (long)Book.PageCount * Book.PageSize,
                PageSize = Book.PageSize,
                WalBytes = _walBytes,
                WalPinnedSince = _walPinnedSince,
                Epoch = Book.Epoch,
                Txid = Book.Captured,
                LastProofAt = Book.LastProofAt,
                LagSeconds = replicas.Max(r => r.LagSeconds),
                LastError = _lastError,
                Kept = [.. Book.Labels.Where(l => l.Until > _context.Time.GetUtcNow()).Select(l => l.ToKept())],
                IsPaused = Book.IsPaused,
                IsReleased = Book.IsReleased,
                IsHot = Hot is not null,
                SpoolBytes = Staged.SizeBytes,
                Counters = _counters,
            };
        }
    }

    /// <summary>
    /// Completes when the next look has served the request, or fails as that look did. While something is on its way to the replica that look waits for it:
    /// all who ask meanwhile share one file, however many they are.
    /// </summary>
    public async Task<Txid> SyncAsync(SyncRequest request, CancellationToken cancellationToken)
    {
        bool ridesLater;
        lock (Gate)
        {
            if (IsOver)
                throw new NotReplicatedException($"{Name} is not replicated any more: it cannot be synced");
            _syncs.Add(request);
            _seen |= FileEvent.Wal;
            ridesLater = !request.IsLocal && IsPublishing;
        }
        if (!ridesLater)
            CaptureLane.Wake();
        await using var registration = cancellationToken.Register(() => request.Done.TrySetCanceled(cancellationToken)).ConfigureAwait(false);
        return await request.Done.Task.ConfigureAwait(false);
    }

    /// <summary>
    /// What the capture lane does: set before it looks at <see cref="Chain"/>; a replica's lane looks here after that is null. With full fences, so one sees
    /// the other.
    /// </summary>
    public CaptureActivity Activity
    {
        get => (CaptureActivity)Interlocked.CompareExchange(ref _activity, 0, 0);
        set => Interlocked.Exchange(ref _activity, (int)value);
    }

    /// <summary>Capture lane: moves the chain on from what it was when it was looked at, unless a replica's lane has changed its mind meanwhile.</summary>
    public void MoveChain(ChainStart from, ChainStart to) => Interlocked.CompareExchange(ref _chain, to, from);

    /// <summary>Nothing that was found out about the chain is good any more: the replicas are looked at again, and nothing is captured before.</summary>
    public void ForgetChain()
    {
        foreach (var replica in Replicas)
            replica.Doubt();
        Chain = null;
    }

    /// <summary>Claims to say where the chain stands, while no replica has; false for another that comes meanwhile.</summary>
    public bool TryBegin(DatabaseReplica replica)
    {
        lock (Gate)
            return _beginning.TryClaim(replica);
    }

    /// <summary>It has said so, or failed: those that came meanwhile may try.</summary>
    public void EndBegin()
    {
        uint others;
        lock (Gate)
            others = _beginning.End();
        Replicas.Wake(others);
    }

    /// <summary>Changes the books, on disk too.</summary>
    public void Record(Func<BookEntry, BookEntry> change)
    {
        lock (Gate)
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
        lock (Gate)
        {
            _syncs.Take();
            IsPutOff = false;
            (var seen, _seen, _isAtRest) = (_seen, FileEvent.None, false);
            Interlocked.Exchange(ref _lastLookAt, _context.Time.GetTimestamp());
            return (seen, _dirtySince);
        }
    }

    /// <summary>Capture lane: a round now would be in a replica no sooner than a later one, by which those who wait for a sync are served. False: nothing is on its way, or somebody cannot wait.</summary>
    public bool TryPutOffRound()
    {
        lock (Gate)
            return _syncs.IsEmpty ? Staged.AreQueued : IsPublishing && _syncs.TryPutOff();
    }

    /// <summary>Capture lane: the look is over and everything committed before it is captured. Serves those who wait for that.</summary>
    public void EndLook(long walBytes, bool isAtRest = false)
    {
        lock (Gate)
        {
            (_walBytes, _isAtRest) = (walBytes, isAtRest);
            // What was seen since the look began may not be captured; everything before it is.
            _dirtySince = _seen.IsNews() ? Math.Max(_dirtySince, LastLookAt) : Lane.Never;
            _syncs.SetTarget(Book.Captured);
        }
        AnswerSyncs();
    }

    /// <summary>Capture lane: hands a captured file, with the books' new state, to the replicas: to those that follow, or may turn out to, unless others are named.</summary>
    /// <param name="waiting">Asked in the step that makes it the newest transaction: whoever joins before that continues the one before it, and needs this.</param>
    public void Stage(StagedFile file, Func<BookEntry, BookEntry> change, Func<uint>? waiting = null)
    {
        lock (Gate)
        {
            var next = change(Book);
            next = _restoring?.Note(Book, next) ?? next;
            _context.Books.Save(next);
            Book = next;
            Faults.Reach(FaultPoint.BookedNotPublished);
            Staged.Add(file, waiting?.Invoke() ?? Replicas.At(ReplicaStage.Follows) | Replicas.At(ReplicaStage.Unknown), isSafe: false);
        }
        Replicas.WakeAll();
    }

    public void SetCapture(DatabaseStatus status, DatabaseReason reason, string? detail = null, DateTimeOffset? walPinnedSince = null)
    {
        lock (Gate)
        {
            (_capture, _walPinnedSince) = ((status, reason, detail), walPinnedSince);
            _lastError = status >= DatabaseStatus.Error ? detail : _lastError;
            TellState();
        }
    }

    /// <summary>After a change of what <see cref="Judge"/> looks at, under the lock.</summary>
    public void TellState() => _told = _context.News.IsHeard ? _context.News.Tell(Name, _told, Judge()) : _told;

    /// <summary>People should know, also after it has passed.</summary>
    public void SetLastError(string? text)
    {
        lock (Gate)
            _lastError = text;
    }

    public void Count(Func<DatabaseCounters, DatabaseCounters> change)
    {
        lock (Gate)
            _counters = change(_counters);
    }

    /// <summary>Nothing will be captured any more, or something could not be: whoever waits for a sync must hear it; who came after this look began waits for the next.</summary>
    public void FailSyncs(bool onlyTaken = false)
    {
        IReadOnlyList<SyncRequest> waiting;
        lock (Gate)
            waiting = _syncs.RemoveAll(onlyTaken);
        foreach (var sync in waiting)
            sync.Done.TrySetException(new NotReplicatedException($"{Name} cannot be synced now ({Snapshot().Reason}): what was committed last may not be in the replica", Snapshot().Detail));
    }

    /// <summary>Somebody waits for a sync.</summary>
    public bool IsSyncWanted
    {
        get
        {
            lock (Gate)
                return !_syncs.IsEmpty;
        }
    }

    /// <summary>When the capture lane looked last, in ticks of the store's clock.</summary>
    public long LastLookAt => Interlocked.Read(ref _lastLookAt);

    /// <summary>Something happened that is not captured yet, or waits for the replica.</summary>
    public bool IsDirty
    {
        get
        {
            lock (Gate)
                return _dirtySince != Lane.Never || !Staged.IsEmpty || !_syncs.IsEmpty;
        }
    }

    /// <summary>
    /// Something may be there to capture, whether or not an event told of it yet: at the end the last commits must not wait for a directory watcher.
    /// </summary>
    public bool MayHaveChanged =>
        Book is var book && FileStat.Of(Path) is { SizeBytes: > 0 } && !(book.Resting is { } resting && resting.AreUnchanged(Path, book.Position, book.PageSize));

    public DatabaseExit BeginExit()
    {
        lock (Gate)
            Exit ??= new(Replicas.Count);
        CaptureLane.Wake();
        return Exit;
    }

    /// <summary>Nothing is done for it any more: whoever waits hears it, whoever comes later at once.</summary>
    public void End()
    {
        lock (Gate)
            IsOver = true;
        FailSyncs();
        foreach (var replica in Replicas)
            replica.FailUpkeep($"{Name} is not replicated any more");
    }

    /// <summary>Serves those who wait: what one replica has is safe. Those who waited for that to end are next.</summary>
    public void AnswerSyncs()
    {
        IReadOnlyList<SyncRequest> answered;
        bool isNext;
        lock (Gate)
        {
            answered = _syncs.RemoveServed(Replicas.Published);
            isNext = _syncs.AreUntaken && !IsPublishing;
        }
        foreach (var sync in answered)
            sync.Done.TrySetResult(sync.Target.GetValueOrDefault());
        if (isNext)
            CaptureLane.Wake();
    }

    /// <summary>Every replica that may take it lacks something that is captured, and nothing but publishing it stands in the way. Under the lock.</summary>
    private bool IsPublishing => Chain is not null && !Staged.IsEmpty && Replicas.Published < Book.Captured && !Book.IsPaused && Exit is null && !Replicas.AreFenced;

    /// <summary>One word for all: the capture's, unless no replica can be reached; one of several that cannot is named.</summary>
    private (DatabaseStatus Status, DatabaseReason Reason, string? Detail) Judge()
    {
        var worst = Replicas.Worst;
        return worst.Status < _capture.Status ? _capture
            : worst.IsEvery ? (worst.Status, worst.Reason, worst.Detail) : _capture with { Detail = _capture.Detail ?? worst.Detail };
    }
}
