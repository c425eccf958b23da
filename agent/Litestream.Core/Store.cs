using System.Collections.Concurrent;
using Litestream.Drills;
using Litestream.InPlace;
using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Restore;
using Litestream.Sqlite;
using Litestream.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream;

/// <summary>
/// The databases of one process and everything they share: books, workers, timer, upload gate.
/// Opens nothing by itself: who watches directories registers what it finds and passes on what it sees.
/// </summary>
public sealed class Store : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Database> _databases = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, KnownDatabase> _known;
    private readonly Lock _registering = new();

    /// <summary>One for each path that was ever opened: a second call waits while the first restores.</summary>
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _restoring = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly FileStream _lock;
    private readonly StoreContext _context;
    private readonly Resync _resync;
    private readonly Opening _opening;
    private readonly CaptureWork _capture;
    private readonly LiveCheck _liveCheck;
    private readonly ScratchSpace _scratch;
    private readonly Scheduler _scheduler;
    private readonly Mirrors _mirrors;
    private readonly FileLooks _looks;
    private readonly StateHandlers _stateHandlers = new();
    private bool _isDisposed;

    private Store(StoreContext context, FileStream @lock, ILogger restoreLog)
    {
        (_context, _lock, RestoreLog) = (context, @lock, restoreLog);
        _looks = new(context.Time, context.Options.SyncInterval);
        _known = new(LoadKnown(context), StringComparer.Ordinal);
        var staging = new Staging(context);
        _resync = new Resync(context, staging);
        var capture = new Capture(context, staging, _resync);
        var checkpoint = new Checkpoint(context, capture);
        _opening = new(context, capture, _resync);
        _liveCheck = new(context, _resync);
        _capture = new(context, staging, capture, _opening, new(context, _opening, _resync, _liveCheck), new(context), checkpoint, _liveCheck, new(context, capture, checkpoint));
        var compaction = new Compaction(context);
        var newDay = new NewDay(context);
        var ownership = new OwnershipCheck(context);
        var fence = new Fence(context, ownership);
        var discovery = new Discovery(context, staging, new(context), new(context, fence, ownership), newDay, fence, ownership);
        var publish = new PublishWork(context, discovery, new(context, compaction), compaction, newDay, new(context), _stopping.Token);
        _mirrors = new(context.Time, context.Log);
        _scratch = new(context.Options.ScratchDirectory, context.Folder.Scratch);
        InPlace = new(_scratch, context.Time, restoreLog);
        _scheduler = new(context.Time, context.Log, context.Options.Workers, context.Options.Uploads, _capture.Run, publish.RunAsync);
    }

    /// <summary>
    /// What a database is doing has changed. Raised one after the other, outside of every lock, some time after the change: handlers may call back, and what
    /// one throws is logged, and the next one called. A handler that takes long delays the next event and nothing else; the end of the store waits three
    /// seconds for it.
    /// </summary>
    public event EventHandler<DatabaseStateChange>? StateChanged
    {
        add
        {
            _stateHandlers.Add(value);
            ListenToStates();
        }
        remove => _stateHandlers.Remove(value);
    }

    /// <summary>Opens the state directory (and locks it against a second store) and the books. Throws <see cref="LitestreamException"/>.</summary>
    /// <param name="options">How it works.</param>
    /// <param name="replicas">Where to: one place or several, each with its own progress, none waiting for another.</param>
    /// <param name="time">Default: the system's.</param>
    /// <param name="logging">Default: nothing is said.</param>
    public static Store Open(StoreOptions options, IReadOnlyList<ReplicaRoot> replicas, TimeProvider? time = null, ILoggerFactory? logging = null)
    {
        time ??= TimeProvider.System;
        logging ??= NullLoggerFactory.Instance;
        options.Check();
        OneSqlite.Require(options.AllowsOtherSqlite);
        foreach (var replica in replicas)
            replica.Points?.Check();
        CheckReplicas(replicas);
        var log = logging.CreateLogger("Litestream.Replication");
        var folder = new StoreFolder(options.StateDirectory);
        var @lock = folder.Claim();
        try
        {
            folder.CreateTables();
            var books = Books.Open(folder.Books, out var setAside, MachineId.Read(options.MachineIdFile));
            if (setAside is not null)
                log.BooksSetAside(setAside.Why, setAside.Path);
            if (books.IsOnNewMachine)
                log.StateFromOtherMachine(folder.Path);
            var places = replicas.Select((r, i) => new ReplicaPlace(i, r, r.Points ?? options.Points, books.Of(r.Identity), CopiesOf(r, folder.CopiesOf(i), options.SpoolCapBytes / replicas.Count))).ToList();
            return new(new(options, places, books, new(folder.Spool), folder, time, log), @lock, logging.CreateLogger("Litestream.Restore"));
        }
        catch
        {
            @lock.Dispose();
            throw;
        }
    }

    public StoreOptions Options => _context.Options;

    /// <summary>Number of the agent that writes: its files bear it.</summary>
    internal uint Instance => _context.Books.Instance;

    public IReadOnlyList<ReplicaRoot> Replicas => [.. _context.Places.Select(r => r.Root)];

    /// <summary>Every registered database, in no particular order. A live view, safe to enumerate.</summary>
    public IEnumerable<Database> Databases => _databases.Values;

    public int Count => _databases.Count;

    /// <summary>Databases with open connections now.</summary>
    public int HotCount => _capture.HotCount;

    /// <summary>Files known by device and inode, so that no second name of one is opened.</summary>
    internal int KnownFiles => _opening.KnownFiles;

    /// <summary>Databases with captured files that wait to be published.</summary>
    public int UploadQueueDepth => _databases.Values.Count(d => !d.State.Staged.IsEmpty);

    /// <summary>Bytes of captured files that wait for a replica.</summary>
    public long SpoolBytes => _context.Spool.WaitingBytes + _context.Spool.LateBytes;

    /// <summary>Resyncs since start by reason.</summary>
    public IReadOnlyDictionary<string, long> Resyncs => _resync.ByReason;

    /// <summary>The path of a database that is registered, or that the books know from before; null when the name is new. Tells the first of two files of one name.</summary>
    public string? KnownPath(string name) => Find(name)?.Path ?? (_known.TryGetValue(name, out var known) ? known.Book.Path : null);

    /// <summary>
    /// Databases of an earlier run with commits that the replica never got, and which are not registered now. Whose file is gone should be registered and
    /// unregistered: that publishes them.
    /// </summary>
    public IReadOnlyList<(string Name, string Path)> LeftBehind =>
        [.. _known.Values.Select(k => (k.Book.Name, k.Book.Path)).Where(d => _context.Spool.HasEarlier(d.Name) && !_databases.ContainsKey(d.Name))];

    /// <summary>
    /// What an application calls before it opens a database of its own: if the file is missing and a replica has it, it is restored; then it is replicated from
    /// its first commit on, whoever writes it. With neither, the application creates it as ever, and finds its folder there. Throws
    /// <see cref="LitestreamException"/> when that cannot be found out (no replica answers): an application that then began an empty database would put it
    /// in the place of the one that is backed up. Opened again, or at the same time, it is the same <see cref="Database"/>.
    /// </summary>
    /// <param name="path">Of the file; a symbolic link is followed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="name">Name below <c>databases/</c> of the replica. Default: that of the file, without extension.</param>
    public async Task<Database> OpenAsync(string path, CancellationToken cancellationToken, string? name = null)
    {
        path = Destination.FollowLink(Path.GetFullPath(path));
        name ??= DatabaseName.OfFile(path) ?? throw new LitestreamException($"Cannot open {path}: no name for it can be made from the file's", hint: "give it one");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var restoring = _restoring.GetOrAdd(path, _ => new(1, 1));
        await restoring.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Find(name)?.Leaving is { } leaving)
                await leaving.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (!File.Exists(path))
                await RestoreMissingAsync(path, name, cancellationToken).ConfigureAwait(false);
            var database = Register(path, name);
            _looks.Add(database);
            return database;
        }
        finally
        {
            restoring.Release();
        }
    }

    /// <summary>
    /// Restores a database of its replicas to a file, registered here or not (deleted, another host's): from the one that has most. Throws
    /// <see cref="LitestreamException"/>, also when none has it.
    /// </summary>
    internal async Task<RestoreResult> RestoreAsync(string name, RestoreOptions options, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        var from = await FindBackupAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new LitestreamException($"there is no backup of {name} in {string.Join(", ", Replicas.Select(r => r.Url))}");
        return await RestoreAsync(from, options, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same from a replica that need not be one of these.</summary>
    internal Task<RestoreResult> RestoreAsync(IReplicaStorage from, RestoreOptions options, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken) =>
        new Restorer(from, Time, RestoreLog).RunAsync(options, progress, cancellationToken);

    /// <summary>Some replica has something of that name, whoever wrote it.</summary>
    internal async Task<bool> HasBackupAsync(string name, CancellationToken cancellationToken) => await FindBackupAsync(name, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>The replica that has most of that name; null when none has anything.</summary>
    internal Task<IReplicaStorage?> FindBackupAsync(string name, CancellationToken cancellationToken) => FurthestReplica.FindAsync(Replicas, name, IsAway, cancellationToken);

    /// <summary>Shuts the former writer of a database out that has no file here yet (<see cref="EarlyFence"/>).</summary>
    internal Task<Txid> FenceAsync(string name, IReplicaStorage storage, uint epoch, Func<Task> requireGiven, CancellationToken cancellationToken) =>
        new EarlyFence(_context).SetAsync(name, storage, epoch, requireGiven, cancellationToken);

    /// <summary>
    /// Registers a database and schedules its first look. Does no I/O on the file, and does not watch it: whoever registers says what happens to it
    /// (<see cref="Database.Notice"/>). Registering the same name and path
    /// again answers the database that is there. Throws <see cref="LitestreamException"/> when the name belongs to another path.
    /// </summary>
    /// <param name="path">Absolute path of the file; it need not exist yet.</param>
    /// <param name="name">Name below <c>databases/</c> of the replica.</param>
    public Database Register(string path, string name)
    {
        if (_stopping.IsCancellationRequested)
            throw new LitestreamException($"Cannot register {path}: the store is stopping");
        if (!DatabaseName.IsValid(name))
            throw new LitestreamException($"Cannot register {path} as \"{name}\": a name has 1 to 128 letters, digits, dots, dashes or underscores, and is not . or ..");
        Database database;
        lock (_registering)
        {
            if (!_databases.TryGetValue(name, out database!))
            {
                database = Create(path, name);
                _databases[database.Name] = database;
                _known.TryRemove(name, out _);
            }
        }
        if (database.Path != path)
            throw new LitestreamException($"Cannot register {path} as {name}: that name belongs to {database.Path}", hint: "rename one of the two files, or move it to another directory");
        return database;
    }

    /// <summary>O(1); null when there is none.</summary>
    public Database? Find(string name) => _databases.GetValueOrDefault(name);

    /// <summary>
    /// Captures what is left of it, closes, publishes, and forgets it; the replica is kept. Completes when nothing of it is open any more, and everything is in
    /// the replica: while that does not answer, it waits, and the file is closed all the same. Cancelled, it goes on by itself; who opens it again waits for it.
    /// For a database whose file was deleted this is where its leftovers (<c>-wal</c>, <c>-shm</c>) are handled; before another file takes the place of one
    /// that is open, it is what leaves no WAL behind.
    /// </summary>
    public Task UnregisterAsync(Database database, CancellationToken cancellationToken)
    {
        _looks.Remove(database);
        Task leaving;
        lock (_registering)
            database.Leaving = leaving = database.Leaving is { IsFaulted: false } known ? known : Task.Run(() => LeaveAsync(database), CancellationToken.None);
        return leaving.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Takes no new work, syncs every dirty database, closes all. False when the token fired first: what is not done stays for the next start, in the
    /// state directory and in the WALs.
    /// </summary>
    public async Task<bool> StopAsync(CancellationToken cancellationToken)
    {
        await InPlace.StopAsync().ConfigureAwait(false);
        var exits = _databases.Values.Select(d => d.State).Where(d => d.Hot is not null || d.IsDirty || (!d.Book.IsPaused && d.MayHaveChanged)).Select(d => d.BeginExit()).ToList();
        try
        {
            await Task.WhenAll(exits.Select(e => e.Done)).WaitAsync(cancellationToken).ConfigureAwait(false);
            await _mirrors.SettleAsync(cancellationToken).ConfigureAwait(false);
            return !exits.Exists(e => e.IsIncomplete);
        }
        catch (OperationCanceledException)
        {
            return exits.TrueForAll(e => e.Done.IsCompleted && !e.IsIncomplete);
        }
        finally
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
            End();
        }
    }

    /// <summary>Ends without the last sync that <see cref="StopAsync"/> makes: what is not published waits in the state directory and in the WALs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;
        _looks.Dispose();
        await InPlace.DisposeAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _scheduler.DisposeAsync().ConfigureAwait(false);
        End();
        await _mirrors.DisposeAsync().ConfigureAwait(false);
        foreach (var database in _databases.Values)
            database.State.Hot?.Dispose();
        await _context.News.DisposeAsync().ConfigureAwait(false);
        _context.Books.Dispose();
        _stopping.Dispose();
        _lock.Dispose();
    }

    internal TimeProvider Time => _context.Time;

    internal ILogger RestoreLog { get; }

    internal InPlaceRestores InPlace { get; }

    internal async Task<DrillRecord> DrillAsync(
        Database database, IReplicaStorage from, DrillOptions options, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        var drill = new Drill(database.State, from, _liveCheck, options, _scratch.For("drill", $"{database.Name}-{Guid.NewGuid():n}"), Time, RestoreLog);
        return await drill.RunAsync(progress, either.Token).ConfigureAwait(false);
    }

    internal void ListenToStates() => _context.News.Listen(Tell);

    private void Tell(StateNote note)
    {
        if (Find(note.Name) is not { } database)
            return;
        var change = new DatabaseStateChange(database, note.Before, note.Status, note.Reason, note.Detail);
        _stateHandlers.Tell(this, change, _context.Log);
        database.Tell(change, _context.Log);
    }

    /// <summary>Goes on when whoever asked for it waits no longer: half gone it would be neither replicated nor to be opened again.</summary>
    private async Task LeaveAsync(Database database)
    {
        await database.State.BeginExit().Done.ConfigureAwait(false);
        await _mirrors.RemoveAsync(database.PlainFiles).ConfigureAwait(false);
        database.State.Record(b => b with { SwitchedInode = 0 });
        _opening.Forget(database.State);
        _known[database.Name] = new(database.State.Book, [.. database.State.Replicas.Select(r => r.Book)]);
        _databases.TryRemove(new(database.Name, database));
    }

    private async Task RestoreMissingAsync(string path, string name, CancellationToken cancellationToken)
    {
        if (await FurthestReplica.FindAsync(Replicas, name, IsAway, cancellationToken).ConfigureAwait(false) is { } storage)
            await new Restorer(storage, Time, RestoreLog).RunAsync(new() { OutputPath = path }, progress: null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>No replica's lane runs any more: nobody may go on waiting for one.</summary>
    private void End()
    {
        foreach (var database in _databases.Values)
            database.State.End();
    }

    private void IsAway(ReplicaRoot root, StorageException error) => RestoreLog.ReplicaIsAway(root.Url, error.Message);

    private Database Create(string path, string name)
    {
        var isKnown = _known.TryGetValue(name, out var known);
        known ??= new(new() { Name = name, Path = path, CreatedAt = _context.Time.GetUtcNow() }, new ReplicaEntry[_context.Places.Count]);
        var book = known.Book.Path == path ? known.Book : known.Book with { Path = path, Position = null, Resting = null };
        if (!isKnown || book != known.Book)
            _context.Books.SaveSoon(book);
        var state = new ReplicatedDatabase(book, known.Replicas, _context, _scheduler);
        var database = new Database(this, state, _mirrors.Add(state));
        // It may have been closed with captured files that a replica never got.
        database.State.Replicas.Wake(r => !r.IsCurrent);
        database.Notice(FileEvent.Sweep);
        return database;
    }

    private static IEnumerable<KeyValuePair<string, KnownDatabase>> LoadKnown(StoreContext context)
    {
        var places = context.Places.Select(p => p.Books.LoadAll()).ToList();
        return context.Books.LoadAll().Select(b => KeyValuePair.Create(b.Name, new KnownDatabase(b, [.. places.Select(p => p.GetValueOrDefault(b.Name))])));
    }

    /// <summary>A part of what the spool may take: downloads are only slower. None of a folder, which is as near as the state directory.</summary>
    private static LocalCopies CopiesOf(ReplicaRoot replica, string folder, long spoolBytes) => new(folder, replica.Kind == "file" ? 0 : spoolBytes / 4);

    private static void CheckReplicas(IReadOnlyList<ReplicaRoot> replicas)
    {
        if (replicas.Count is 0 or > ReplicaPlace.MaxCount)
            throw new LitestreamException($"{replicas.Count} replicas were given, there can be 1 to {ReplicaPlace.MaxCount}");
        if (replicas.GroupBy(r => r.Identity).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new LitestreamException($"{twice.First().Url} is named twice as a replica", hint: "each replica needs a place of its own");
    }
}
