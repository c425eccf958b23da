using Litestream.Agent.Interop;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Watching;

/// <summary>
/// Which files of the watched directories are registered with the store. Fed by directory events, by the sweep and by the API;
/// all of them may call at once: everything below is guarded by one lock, held for microseconds and never over I/O of a
/// database. Leaving (a deleted file) is the one thing that takes time, and runs outside of it.
/// </summary>
internal sealed class Registration
{
    private readonly Stores _stores;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly WatchedFiles _files = new();
    private readonly SkippedFiles _skipped = new();
    private readonly Admission _admission;
    private bool _stopping;

    public Registration(Stores stores, ILogger logger)
    {
        (_stores, _logger) = (stores, logger);
        _admission = new(stores, _files, _skipped, Leave, logger);
    }

    /// <summary>As it is now; only directories found below others come and go.</summary>
    public IReadOnlyList<WatchedDirectory> Directories => _files.Directories;

    public int SkippedCount => _skipped.Count;

    public IReadOnlyList<SkippedFile> Skipped => _skipped.Shown();

    /// <summary>Without the lock: a number that is a moment old is good enough for a page, and a page must not wait for a long registration.</summary>
    public IReadOnlyList<DirectoryStatus> DirectoryStates =>
        [.. Directories.Where(d => d.TakesTenants).Select(d => new DirectoryStatus(d.Path, d.Files.Count, d.Error))];

    public void AddDirectory(WatchedDirectory directory) => _files.Add(directory);

    /// <summary>The first complete look is over: from now on a new file is news, and a known one that was not met is gone.</summary>
    public void StartAnnouncing()
    {
        lock (_gate)
        {
            if (_stopping)
                return;
            _admission.EndFirstLook();
            LeaveLeftBehind();
            foreach (var directory in Directories)
                directory.Rule?.FirstLookIsOver();
        }
    }

    /// <summary>Deleted while no agent ran, with commits that the replica never got: the store publishes them as when a tenant leaves.</summary>
    private void LeaveLeftBehind()
    {
        foreach (var (name, path) in _stores.All.SelectMany(s => s.LeftBehind))
        {
            var fileName = Path.GetFileName(path);
            var directory = _files.DirectoryAt(Path.GetDirectoryName(path.AsSpan()));
            if (directory is null || !directory.TryNameDatabase(fileName, out var named) || named.Name != name || FileFacts.Read(path, followLinks: false).Exists)
                continue;
            _admission.RegisterNamed(directory, path, named);
            if (directory.TryFind(fileName, out var file))
                Leave(file);
        }
    }

    /// <summary>A directory below one that is watched with everything in it; null when it is watched already.</summary>
    public WatchedDirectory? AddFound(WatchedDirectory parent, string path)
    {
        lock (_gate)
        {
            if (_stopping || _files.DirectoryAt(path) is not null)
                return null;
            var directory = new WatchedDirectory(path) { IsFound = true };
            directory.Take(parent.Rule!, parent.Store!);
            _files.Add(directory);
            return directory;
        }
    }

    /// <summary>A found directory is gone, and with it what was in it.</summary>
    public void RemoveFound(WatchedDirectory directory)
    {
        lock (_gate)
        {
            if (_stopping)
                return;
            foreach (var file in directory.Files)
            {
                if (!file.IsLeaving)
                    Leave(file);
            }
            _files.Remove(directory);
            directory.IsGone = true;
        }
    }

    /// <summary>Found in it, and in what was found there.</summary>
    public IReadOnlyList<WatchedDirectory> FoundBelow(WatchedDirectory directory) =>
        [.. Directories.Where(d => d.IsFound && d.Path.StartsWith(directory.Path, StringComparison.Ordinal) && d.Path.AsSpan(directory.Path.Length).StartsWith("/"))];

    /// <summary>Nothing is registered or left any more: the store is about to stop.</summary>
    public void Stop()
    {
        lock (_gate)
            _stopping = true;
    }

    /// <summary>Registers the databases named by <c>-dsn</c>; their files need not exist yet.</summary>
    public void RegisterNamed()
    {
        lock (_gate)
        {
            foreach (var directory in Directories)
            {
                foreach (var (fileName, named) in directory.Named)
                    _admission.RegisterNamed(directory, directory.PathOf(fileName), named);
            }
        }
    }

    /// <summary>A file that a person or a program asks for: registers it or says why not.</summary>
    public Verdict Consider(WatchedDirectory directory, string fileName)
    {
        lock (_gate)
            return _stopping ? new(VerdictKind.Stopping) : _admission.Consider(directory, fileName);
    }

    /// <summary>A database that somebody names while the agent runs: registers it or says why not. Its file exists.</summary>
    public Verdict Take(WatchedDirectory directory, string fileName, NamedDatabase named)
    {
        lock (_gate)
        {
            if (_stopping)
                return new(VerdictKind.Stopping);
            directory.Name(fileName, named);
            _admission.Remember(directory.PathOf(fileName));
            var verdict = _admission.Consider(directory, fileName, isAsked: true);
            if (verdict.File is null)
                directory.Unname(fileName);
            return verdict;
        }
    }

    /// <summary>What a person let go may be registered again. False when nobody did.</summary>
    public bool Remember(string path)
    {
        lock (_gate)
            return _admission.Remember(path);
    }

    /// <summary>The same for a path in a directory that is watched; nothing for another.</summary>
    public void ConsiderAgain(string path)
    {
        var fileName = Path.GetFileName(path);
        lock (_gate)
        {
            foreach (var directory in Directories.Where(d => d.PathOf(fileName) == path))
            {
                if (directory.Named.TryGetValue(fileName, out var named))
                    _admission.RegisterNamed(directory, path, named);
                else
                    _admission.Consider(directory, fileName);
            }
        }
    }

    /// <summary>
    /// Lets a database go whose file stays; it is not registered again before somebody asks for it. Completes when nothing of it is open any more; false
    /// when it could not be let go.
    /// </summary>
    public Task<bool> LetGoAsync(Database database)
    {
        lock (_gate)
        {
            if (_stopping || _files.At(database.Path) is not { } file || file.Database != database)
                return Task.FromResult(false);
            _admission.Forget(file.Path);
            if (!file.IsLeaving)
                Leave(file);
            return file.Leaving!;
        }
    }

    /// <summary>A name that was given while the agent runs means nothing any more.</summary>
    public void Unname(WatchedDirectory directory, string fileName)
    {
        lock (_gate)
            directory.Unname(fileName);
    }

    /// <summary>Something happened to one name of a directory. Called for every event: nothing is allocated for a known file.</summary>
    public void Seen(WatchedDirectory directory, ReadOnlySpan<char> fileName, FileChange change)
    {
        var part = TenantFiles.PartOf(fileName, out var databaseFile);
        if (part == FilePart.Shm)
            return;
        lock (_gate)
        {
            if (_stopping)
                return;
            if (directory.TryFind(databaseFile, out var file))
                SeenKnown(file, part, change);
            else if (part == FilePart.Database && change == FileChange.Appeared)
                _admission.Consider(directory, databaseFile);
            else if (part == FilePart.Database && change == FileChange.Gone && _skipped.Count > 0)
                _skipped.Remove(directory.PathOf(databaseFile));
        }
    }

    /// <summary>Begins a complete look at a directory; <see cref="Met"/> follows for every name, then <see cref="EndSweep"/>.</summary>
    public int BeginSweep(WatchedDirectory directory)
    {
        lock (_gate)
        {
            _skipped.BeginSweep(directory);
            return ++_admission.Sweep;
        }
    }

    /// <summary>The sweep met a name.</summary>
    public void Met(WatchedDirectory directory, ReadOnlySpan<char> fileName, int sweep)
    {
        if (TenantFiles.PartOf(fileName, out _) != FilePart.Database)
            return;
        lock (_gate)
        {
            if (directory.TryFind(fileName, out var file))
                file.SeenInSweep = sweep;
            else if (!_stopping)
                _admission.Consider(directory, fileName, isListed: true);
        }
    }

    /// <summary>True when the sweep met none of the directory's tenants, and there were some.</summary>
    public bool HasLostAll(WatchedDirectory directory, int sweep)
    {
        lock (_gate)
            return directory.TakesTenants
                && directory.Files.Any(f => !f.IsLeaving)
                && directory.Files.All(f => f.IsLeaving || (f.SeenInSweep != sweep && f.IsGone()));
    }

    /// <summary>Whoever was not met has left, if its file is really gone; everybody else is asked to look at its file.</summary>
    public void EndSweep(WatchedDirectory directory, int sweep)
    {
        lock (_gate)
        {
            if (_stopping)
                return;
            foreach (var file in directory.Files)
            {
                if (file.SeenInSweep != sweep && !file.IsLeaving && file.IsGone())
                    Leave(file);
                else if (!file.IsLeaving)
                    Meet(file);
            }
            _skipped.EndSweep(directory, sweep);
        }
    }

    /// <summary>Instead of a complete look, where no name came or went since the last one: everybody is asked to look at its file.</summary>
    public void Glance(WatchedDirectory directory)
    {
        TrackedFile[] files;
        lock (_gate)
            files = _stopping ? [] : [.. directory.Files];
        // Without the lock: each is asked for at the file system.
        foreach (var file in files)
        {
            if (!file.IsLeaving)
                file.Database.Notice(FileEvent.Glance);
        }
    }

    private void SeenKnown(TrackedFile file, FilePart part, FileChange change)
    {
        if (file.IsLeaving)
            return; // looked at again when it has left
        // A WAL that was removed under us: its application gets errors until we let go.
        if (part == FilePart.Wal)
            file.Database.Notice(change == FileChange.Gone ? FileEvent.Database : FileEvent.Wal);
        else if (part == FilePart.Journal || change == FileChange.Written)
            file.Database.Notice(FileEvent.Database);
        else if (change == FileChange.Gone && file.IsGone())
            Leave(file);
        else
            Appear(file);
    }

    /// <summary>Created, renamed to, or already re-created when its deletion was heard of: perhaps another file than before, or no file.</summary>
    private void Appear(TrackedFile file)
    {
        var facts = FileFacts.Read(file.Path, followLinks: false);
        if (facts.Kind is not (FileKind.Regular or FileKind.Unreadable or FileKind.Missing))
        {
            Leave(file); // and when it has left, what stands there now is considered like any other
            return;
        }
        var isThere = facts.Kind is FileKind.Regular;
        if (!file.IsPresent && isThere)
            _logger.DatabaseCreated(file.Path);
        file.IsPresent |= isThere;
        _files.Identify(file, facts);
        file.Database.Notice(FileEvent.Appeared);
    }

    private void Meet(TrackedFile file)
    {
        if (!file.IsPresent && FileFacts.Read(file.Path, followLinks: false).Exists)
            Appear(file);
        else
            file.Database.Notice(FileEvent.Sweep);
    }

    private void Leave(TrackedFile file)
    {
        file.IsLeaving = true;
        // On the pool: the store captures and publishes what is left, which takes as long as the replica takes.
        file.Leaving = Task.Run(() => LeaveAsync(file));
    }

    private async Task<bool> LeaveAsync(TrackedFile file)
    {
        var left = false;
        try
        {
            await StoreOf(file).UnregisterAsync(file.Database, CancellationToken.None);
            left = true;
        }
        catch (Exception error) // one tenant's step: whatever it was, the others go on
        {
            _logger.LeaveFailed(file.Database.Name, error);
        }
        lock (_gate)
        {
            if (left)
                HasLeft(file);
            else
                (file.IsLeaving, file.Directory.IsListingDue) = (false, true); // and whoever waits for its place asked for the same
        }
        return left;
    }

    private Store StoreOf(TrackedFile file) => _stores.All.First(s => s.Find(file.Database.Name) == file.Database);

    private void HasLeft(TrackedFile file)
    {
        _files.Remove(file);
        if (!_admission.IsLetGo(file.Path))
            _logger.DatabaseRemoved(file.Path);
        _logger.ClientUnregistered(file.Database.Name);
        if (_stopping)
            return;
        // Its name may have come back meanwhile, here or, moved, in another directory.
        var fileName = Path.GetFileName(file.Path);
        if (file.Directory.Named.TryGetValue(fileName, out var named))
            _admission.RegisterNamed(file.Directory, file.Path, named);
        else
            _admission.Consider(file.Directory, fileName);
        if (file.Successor is { } successor)
            _admission.Consider(successor.Directory, successor.FileName);
    }
}
