using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>
/// One database in one replica: how far it is published, and how that goes. Its lane publishes, compacts and retains there; no replica waits for
/// another. What the lane alone uses says so; the rest is under the database's lock, or one word that is set before what announces it.
/// </summary>
internal sealed class DatabaseReplica
{
    private readonly long _registeredAt;
    private (DatabaseStatus Status, DatabaseReason Reason, string? Detail) _state = (DatabaseStatus.Active, DatabaseReason.None, null);
    private (DatabaseStatus Status, DatabaseReason Reason, string Detail)? _plainFile;
    private RequestCounters? _requests;
    private long _errors;
    private UpkeepRequest? _upkeepWanted;
    private string? _toldDamage;
    private int _stage;
    private bool _isFenced;

    public DatabaseReplica(ReplicatedDatabase database, ReplicaPlace place, ReplicaEntry book, Scheduler scheduler, long now)
    {
        _registeredAt = now;
        (Database, Place, Book) = (database, place, book);
        Lane = new(database, this, scheduler);
    }

    public ReplicatedDatabase Database { get; }

    public ReplicaPlace Place { get; }

    /// <summary>Publishes.</summary>
    public Lane Lane { get; }

    /// <summary>What the books say; replaced as a whole.</summary>
    public ReplicaEntry Book { get; private set; }

    public ReplicaStage Stage
    {
        get => (ReplicaStage)Volatile.Read(ref _stage);
        set => Volatile.Write(ref _stage, (int)value);
    }

    /// <summary>
    /// What is published is there, and restores: it was looked at in this run, or an image was confirmed since it turned out to be missing or broken. Else
    /// no sync may count on it. Under the database's lock.
    /// </summary>
    public bool HoldsChain { get; set; }

    /// <summary>The newest transaction found there, when it needs an image: the image goes behind it. Set before <see cref="Stage"/>, read behind it.</summary>
    public Txid Found { get; set; }

    /// <summary>
    /// What is sound there, when it needs an image: the image continues its level 1, so that whoever reads along goes on. Null: nothing, or not sound.
    /// </summary>
    public (Txid NewestL1, int PageSize)? Chain { get; set; }

    /// <summary>A file of our chain was missing or damaged: the next look at it asks for an image. Owned by the lane.</summary>
    public bool IsDamaged { get; set; }

    /// <summary>A person wants the chain of another writer taken over, however young it is. Until it is this agent's.</summary>
    public bool IsTakenOver => TakenUnder is not null;

    /// <summary>The epoch that was given out for that, 0 for none; null when nobody wants it.</summary>
    public uint? TakenUnder { get; set; }

    /// <summary>Upkeep that somebody waits for; null when nobody does.</summary>
    public UpkeepRequest? UpkeepWanted => Volatile.Read(ref _upkeepWanted);

    /// <summary>Failures of the lane in a row, for its backoff; owned by it.</summary>
    public int Failures { get; set; }

    /// <summary>
    /// Timestamp and wall clock of the last confirmed publish or look at the replica; owned by the lane. After too long our next name may be free
    /// again. Both, because the monotonic clock stands still while a machine is suspended.
    /// </summary>
    public (long Timestamp, DateTimeOffset Utc) ConfirmedAt { get; set; }

    /// <summary>The same of the last look at what is there, whether or not anything was published since.</summary>
    public (long Timestamp, DateTimeOffset Utc) LookedAt { get; set; }

    /// <summary>Timestamp at which the next merger into L1 is due, <see cref="Lane.Never"/> when no L0 waits for one; owned by the lane. At first: look.</summary>
    public long CompactionAt { get; set; }

    /// <summary>Requests for this database; made with the first one, as most of a thousand databases make none.</summary>
    public RequestCounters Requests => _requests ?? Interlocked.CompareExchange(ref _requests, new(Place.Root.Total), null) ?? _requests;

    /// <summary>The counts so far; null when there were none.</summary>
    public IReadOnlyDictionary<string, long>? RequestCounts => _requests?.Read();

    /// <summary>The day of the newest image that is staged for it, of a replica with days. Set before <see cref="Stage"/>, then owned by the capture lane.</summary>
    public DateOnly ImageDay { get; set; }

    /// <summary>Nothing was published to the day in use yet; owned by the lane.</summary>
    public bool IsDayNew { get; set; }

    /// <summary>When an old day may go, of a replica with days; at first: look. Owned by the lane.</summary>
    public DateTimeOffset OldDaysDueAt { get; set; }

    public string Url => Place.Root.UrlOf(Path);

    public IReplicaStorage Storage => Place.Root.Open(Path, Requests);

    private string Path => Book.Day is { } day ? Place.Root.PathOn(day, Database.Name) : Place.Root.PathOf(Database.Name);

    /// <summary>How it goes.</summary>
    public (DatabaseStatus Status, DatabaseReason Reason, string? Detail) State
    {
        get
        {
            lock (Database.Gate)
                return _state;
        }
    }

    /// <summary>
    /// What people are told: how publishing goes, and when that goes well, what is wrong with the plain file that follows it.
    /// </summary>
    public (DatabaseStatus Status, DatabaseReason Reason, string? Detail) Shown
    {
        get
        {
            lock (Database.Gate)
                return _state.Status == DatabaseStatus.Active && _plainFile is { } plain ? plain : _state;
        }
    }

    /// <summary>Called after each file that was published, on the publish lane: returns at once.</summary>
    public Action<LtxFile>? FilePublished { get; set; }

    /// <summary>What is wrong with the plain file that follows what is published here; null when nothing is. Publishing goes on either way.</summary>
    public void SetPlainFile((DatabaseStatus Status, DatabaseReason Reason, string Detail)? trouble)
    {
        lock (Database.Gate)
        {
            _plainFile = trouble;
            Database.TellState();
        }
    }

    /// <summary>Nothing that was found out about it is good any more: it is looked at again, and no sync counts on it before.</summary>
    public void Doubt()
    {
        lock (Database.Gate)
            (HoldsChain, Stage) = (false, ReplicaStage.Unknown);
    }

    /// <summary>It may not be touched any more until a person decides. Asked by every round, so without the lock; set under it.</summary>
    public bool IsFenced => Volatile.Read(ref _isFenced);

    /// <summary>Everything captured is there.</summary>
    public bool IsCurrent => Book.Published >= Database.Book.Captured;

    public void SetState(DatabaseStatus status, DatabaseReason reason, string? detail = null)
    {
        lock (Database.Gate)
        {
            _state = (status, reason, detail);
            Volatile.Write(ref _isFenced, status is DatabaseStatus.SplitBrain or DatabaseStatus.Lost);
            if (status >= DatabaseStatus.Error && detail is not null)
                Database.SetLastError(detail);
            Database.TellState();
        }
    }

    /// <summary>It may not be touched any more: in one step, so that whoever sees it and takes it over finds nothing left of what was before.</summary>
    public void BeginFence(DatabaseStatus status, DatabaseReason reason, string detail)
    {
        UpkeepRequest? wanted;
        lock (Database.Gate)
        {
            SetState(status, reason, detail);
            DropStaged();
            (wanted, _upkeepWanted) = (_upkeepWanted, null);
        }
        wanted?.Done.TrySetException(new LitestreamException(detail));
    }

    /// <summary>An attempt to publish here failed.</summary>
    public void CountError()
    {
        Interlocked.Increment(ref _errors);
        Database.Count(c => c with { PublishErrors = c.PublishErrors + 1 });
    }

    /// <summary>As it stands now; under the database's lock.</summary>
    /// <param name="dirtySince">Timestamp since when something is not captured, <see cref="Lane.Never"/> when everything is.</param>
    public ReplicaSnapshot Snapshot(TimeProvider time, long dirtySince)
    {
        var (status, reason, detail) = Shown;
        return new()
        {
            Url = Url,
            Status = status,
            Reason = reason,
            Detail = detail,
            Txid = Book.Published,
            LastSyncAt = Book.LastSyncAt,
            LastSnapshotAt = Book.LastSnapshotAt,
            LagSeconds = LagSeconds(time, dirtySince),
            DueAt = Book.DueAt,
            Errors = Interlocked.Read(ref _errors),
            Requests = RequestCounts,
        };
    }

    /// <summary>Changes the books, on disk first: books that cannot be written must leave memory as it was.</summary>
    public void Record(Func<ReplicaEntry, ReplicaEntry> change)
    {
        lock (Database.Gate)
        {
            var next = change(Book);
            Place.Books.Save(Database.Name, next);
            Book = next;
        }
    }

    /// <summary>A merger is there.</summary>
    public void AddFile(LtxFile file)
    {
        lock (Database.Gate)
        {
            Place.Books.AddFile(Database.Name, file);
            Book = Book.With(file);
        }
    }

    /// <summary>That is what is there, and nothing else.</summary>
    public void ReplaceFiles(IReadOnlyList<LtxFile> files)
    {
        lock (Database.Gate)
        {
            Place.Books.ReplaceFiles(Database.Name, files);
            Book = files.Aggregate(Book with { LastSnapshotAt = null }, (book, file) => book.With(file));
        }
    }

    public IReplicaStorage StorageOn(DateOnly day) => Place.Root.Open(Place.Root.PathOn(day, Database.Name), Requests);

    /// <summary>From here on another day is in use: what is due in it and what became of the old one is looked at.</summary>
    public void BeginDay(DateOnly day, DateTimeOffset now)
    {
        Record(b => b with { Day = day, DueAt = now });
        (CompactionAt, OldDaysDueAt) = (0, default);
    }

    /// <summary>Somebody wants upkeep: served with what others wait for already. Completes with the answer's task.</summary>
    public UpkeepRequest WantUpkeep(bool snapshot, bool retention)
    {
        lock (Database.Gate)
            return Database.IsOver ? throw new LitestreamException($"{Database.Name} is not replicated any more") : _upkeepWanted = _upkeepWanted is { } other ? other with { Snapshot = other.Snapshot || snapshot, Retention = other.Retention || retention } : new(snapshot, retention);
    }

    /// <summary>Its newest state does not restore: the lane has the live database published anew.</summary>
    public void TellDamage(string what)
    {
        Volatile.Write(ref _toldDamage, what);
        Lane.Wake();
    }

    /// <summary>What was told and is not healed; told once.</summary>
    public string? TakeDamage() => Interlocked.Exchange(ref _toldDamage, null);

    /// <summary>It was served; what was wanted meanwhile is not, and goes on.</summary>
    public void EndUpkeep(UpkeepRequest served)
    {
        lock (Database.Gate)
        {
            if (!ReferenceEquals(_upkeepWanted, served))
                return;
            _upkeepWanted = null;
        }
        served.Done.TrySetResult();
    }

    /// <summary>It will not be served.</summary>
    public void FailUpkeep(string why)
    {
        UpkeepRequest? wanted;
        lock (Database.Gate)
            (wanted, _upkeepWanted) = (_upkeepWanted, null);
        wanted?.Done.TrySetException(new LitestreamException(why));
    }

    /// <summary>The oldest captured file that is not published here.</summary>
    public StagedFile? PeekStaged()
    {
        lock (Database.Gate)
            return Database.Staged.Peek(Place.Bit);
    }

    /// <summary>The oldest staged file is there. True when no other replica waits for it: it is the caller's now.</summary>
    public bool Confirm(StagedFile file, DateTimeOffset now)
    {
        bool isFree, mayRoundCome;
        lock (Database.Gate)
        {
            // On disk first: should the books fail, the file stays staged and is found published at the next try.
            var next = Book.With(file.File) with { Published = Txid.Max(Book.Published, file.File.MaxTxid), LastSyncAt = now };
            Place.Books.Confirm(Database.Name, next, file.File);
            Book = next;
            HoldsChain |= file.File.IsImage;
            var wereQueued = Database.Staged.AreQueued;
            isFree = Database.Staged.Confirm(file, Place.Bit);
            // One may have been left out for their sake; at the end none is.
            mayRoundCome = wereQueued && !Database.Staged.AreQueued && Database.Exit is null;
        }
        Database.AnswerSyncs();
        if (mayRoundCome)
            Database.CaptureLane.Wake();
        return isFree;
    }

    private double LagSeconds(TimeProvider time, long dirtySince)
    {
        var waiting = Database.Staged.Peek(Place.Bit);
        var since = Math.Min(waiting?.NoticedAt ?? Lane.Never, dirtySince);
        var lag = since == Lane.Never ? 0 : Math.Max(0, time.GetElapsedTime(since).TotalSeconds);
        if (waiting is null ? IsCurrent : waiting.File.MinTxid == Book.Published.Next)
            return lag;
        // What waited before was given up (an image will bring it, or nothing may): its times are gone, the last success is what is left.
        var known = time.GetElapsedTime(_registeredAt);
        var sinceSync = Book.LastSyncAt is { } last ? time.GetUtcNow() - last : known;
        return Math.Max(lag, Math.Min(known.TotalSeconds, sinceSync.TotalSeconds));
    }

    /// <summary>Nothing waits for it any more: it will never be published here, or an image brings it.</summary>
    public void DropStaged()
    {
        lock (Database.Gate)
            Database.Staged.Release(Place.Bit, _ => true);
    }
}
