using Litestream.Agent.Interop;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Watching;

/// <summary>
/// Which files of the watched directories are registered with the store. Fed by directory events, by the sweep and by the API;
/// all of them may call at once: everything below is guarded by one lock, held for microseconds and never over I/O of a
/// database. Leaving (a deleted file) is the one thing that takes time, and runs outside of it.
/// </summary>
internal sealed class Registration(Store store, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly SkippedFiles _skipped = new();
    private readonly List<WatchedDirectory> _directories = [];
    private bool _announce;
    private bool _stopping;
    private bool _saidMany;
    private int _sweep;

    /// <summary>Does not change after start.</summary>
    public IReadOnlyList<WatchedDirectory> Directories => _directories;

    public int SkippedCount => _skipped.Count;

    public IReadOnlyList<SkippedFile> Skipped => _skipped.Shown();

    /// <summary>Without the lock: a number that is a moment old is good enough for a page, and a page must not wait for a long registration.</summary>
    public IReadOnlyList<DirectoryStatus> DirectoryStates =>
        [.. _directories.Where(d => d.TakesTenants).Select(d => new DirectoryStatus(d.Path, d.Files.Count, d.Error))];

    public void AddDirectory(WatchedDirectory directory) => _directories.Add(directory);

    /// <summary>The first complete look is over: from now on a new file is news.</summary>
    public void StartAnnouncing() => _announce = true;

    /// <summary>Nothing is registered or left any more: the store is about to stop.</summary>
    public void Stop() { lock (_gate) _stopping = true; }

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
            else if (part == FilePart.Database)
                SeenUnknown(directory, databaseFile, change);
        }
    }

    /// <summary>A file that a person or a program asks for: registers it or says why not.</summary>
    public Verdict Consider(WatchedDirectory directory, string fileName)
    {
        lock (_gate)
            return Consider(directory, fileName.AsSpan());
    }

    /// <summary>Registers the databases named by <c>-dsn</c>; their files need not exist yet.</summary>
    public void RegisterNamed()
    {
        lock (_gate)
        {
            foreach (var directory in _directories)
            {
                foreach (var (fileName, name) in directory.Named)
                    RegisterNamed(directory, directory.PathOf(fileName), name);
            }
        }
    }

    /// <summary>Begins a complete look at a directory; <see cref="Met"/> follows for every name, then <see cref="EndSweep"/>.</summary>
    public int BeginSweep(WatchedDirectory directory)
    {
        lock (_gate)
        {
            _skipped.BeginSweep(directory);
            return ++_sweep;
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
            else
                Consider(directory, fileName);
        }
    }

    /// <summary>True when the sweep met none of the directory's tenants, and there were some.</summary>
    public bool HasLostAll(WatchedDirectory directory, int sweep)
    {
        lock (_gate)
            return directory.TakesTenants
                && directory.Files.Any(f => !f.IsLeaving)
                && directory.Files.All(f => f.IsLeaving || (f.SeenInSweep != sweep && IsGone(f)));
    }

    /// <summary>Whoever was not met has left, if its file is really gone; everybody else is asked to look at its file.</summary>
    public void EndSweep(WatchedDirectory directory, int sweep)
    {
        lock (_gate)
        {
            foreach (var file in directory.Files)
            {
                if (file.SeenInSweep != sweep && !file.IsLeaving && IsGone(file))
                    Leave(file);
                else if (!file.IsLeaving)
                    Meet(file);
            }
            _skipped.EndSweep(directory, sweep);
        }
    }

    private void SeenKnown(TrackedFile file, FilePart part, FileChange change)
    {
        if (file.IsLeaving)
            return; // looked at again when it has left
        if (part == FilePart.Wal)
            file.Database.Notice(FileEvent.Wal);
        else if (part == FilePart.Journal || change == FileChange.Written)
            file.Database.Notice(FileEvent.Database);
        else if (change == FileChange.Gone && IsGone(file))
            Leave(file);
        else
            Appear(file);
    }

    private void SeenUnknown(WatchedDirectory directory, ReadOnlySpan<char> fileName, FileChange change)
    {
        if (change == FileChange.Appeared)
            Consider(directory, fileName);
        else if (change == FileChange.Gone && _skipped.Count > 0)
            _skipped.Remove(directory.PathOf(fileName));
    }

    /// <summary>Created, renamed to, or already re-created when its deletion was heard of: perhaps another file than before.</summary>
    private void Appear(TrackedFile file)
    {
        if (!file.IsPresent)
            logger.DatabaseCreated(file.Path);
        file.IsPresent = true;
        file.Database.Notice(FileEvent.Appeared);
    }

    private void Meet(TrackedFile file)
    {
        if (!file.IsPresent && FileFacts.Read(file.Path, followLinks: false).Exists)
            Appear(file);
        else
            file.Database.Notice(FileEvent.Sweep);
    }

    private Verdict Consider(WatchedDirectory directory, ReadOnlySpan<char> fileName)
    {
        if (_stopping)
            return new(VerdictKind.Stopping);
        if (directory.TryFind(fileName, out var known))
            return new(known.IsLeaving ? VerdictKind.Queued : VerdictKind.AlreadyRegistered, known);
        var isNamed = directory.TryNameDatabase(fileName, out var name);
        if (!isNamed && !(directory.TakesTenants && TenantFiles.LooksLikeDatabase(fileName)))
            return new(VerdictKind.NotOurs);

        var path = directory.PathOf(fileName);
        var facts = FileFacts.Read(path, followLinks: false);
        if (!facts.Exists)
            return new(VerdictKind.Missing);
        // A directory or a pipe of any other name is nobody's mistake.
        if (!isNamed && facts.Kind is not (FileKind.Regular or FileKind.SymbolicLink))
            return new(VerdictKind.NotOurs);
        if (!isNamed)
            return Skip(directory, path, VerdictKind.Skipped, TenantFiles.WhyNotTenant(fileName));
        if (WhyUnusable(facts, directory, path) is { } reason)
            return Skip(directory, path, VerdictKind.Skipped, reason);
        return RegisterUnlessTaken(directory, path, name, facts);
    }

    /// <summary>One tenant has one file: the one registered, else the one the books know from an earlier run, is the first.</summary>
    private Verdict RegisterUnlessTaken(WatchedDirectory directory, string path, string name, FileFacts facts)
    {
        if (store.Find(name) is { } taken && taken.Path != path)
        {
            var first = Tracked(taken.Path);
            if (first is not null && !first.IsLeaving && IsGone(first))
                Leave(first); // the event of its removal is still on its way: a move
            if (first is not { IsLeaving: true })
                return Skip(directory, path, VerdictKind.Duplicate, DuplicateOf(taken.Path));
            first.Successor = new(directory, Path.GetFileName(path));
            return new(VerdictKind.Queued, first);
        }
        if (store.KnownPath(name) is { } booked && booked != path && IsStillThere(booked, name, facts))
            return Skip(directory, path, VerdictKind.Duplicate, DuplicateOf(booked));
        return Register(directory, path, name, isPresent: true);
    }

    private void RegisterNamed(WatchedDirectory directory, string path, string name) =>
        Register(directory, path, name, FileFacts.Read(path, followLinks: false).Exists);

    private Verdict Register(WatchedDirectory directory, string path, string name, bool isPresent)
    {
        Database database;
        try
        {
            database = store.Register(path, name);
        }
        catch (LitestreamException refused)
        {
            return Skip(directory, path, VerdictKind.Skipped, refused.Message);
        }
        var file = new TrackedFile(path, directory, database) { IsPresent = isPresent, SeenInSweep = _sweep };
        directory.Add(file);
        _skipped.Remove(path);
        if (_announce && isPresent)
            logger.DatabaseCreated(path);
        if (logger.IsEnabled(LogLevel.Information))
            logger.ClientRegistered(name, $"{store.Replica.Url.TrimEnd('/')}/databases/{name}");
        return new(VerdictKind.Registered, file);
    }

    private void Leave(TrackedFile file)
    {
        file.IsLeaving = true;
        // On the pool: the store captures and publishes what is left, which takes as long as the replica takes.
        _ = Task.Run(() => LeaveAsync(file));
    }

    private async Task LeaveAsync(TrackedFile file)
    {
        var left = false;
        try
        {
            await store.UnregisterAsync(file.Database, CancellationToken.None);
            left = true;
        }
        catch (Exception error) // one tenant's step: whatever it was, the others go on
        {
            logger.LeaveFailed(file.Database.Name, error);
        }
        lock (_gate)
        {
            if (left)
                HasLeft(file);
            else
                file.IsLeaving = false;
        }
    }

    private void HasLeft(TrackedFile file)
    {
        file.Directory.Remove(file);
        logger.DatabaseRemoved(file.Path);
        logger.ClientUnregistered(file.Database.Name);
        if (_stopping)
            return;
        // Its name may have come back meanwhile, here or, moved, in another directory.
        var fileName = Path.GetFileName(file.Path);
        if (file.Directory.Named.TryGetValue(fileName, out var name))
            RegisterNamed(file.Directory, file.Path, name);
        else
            Consider(file.Directory, fileName.AsSpan());
        if (file.Successor is { } successor)
            Consider(successor.Directory, successor.FileName.AsSpan());
    }

    private Verdict Skip(WatchedDirectory directory, string path, VerdictKind kind, string reason)
    {
        if (_skipped.Add(directory, path, reason, _sweep))
            logger.FileSkipped(path, reason);
        if (_skipped.Count > SkippedFiles.MostRemembered && !_saidMany)
        {
            _saidMany = true;
            logger.ManyFilesSkipped(SkippedFiles.MostRemembered);
        }
        return new(kind, Reason: reason);
    }

    private TrackedFile? Tracked(string path)
    {
        foreach (var directory in _directories)
        {
            if (Path.GetDirectoryName(path.AsSpan()).SequenceEqual(directory.Path.AsSpan().TrimEnd('/')) && directory.TryFind(Path.GetFileName(path.AsSpan()), out var file))
                return file;
        }
        return null;
    }

    /// <summary>True when the file that the books name is another one than this, and still a tenant of a watched directory.</summary>
    private bool IsStillThere(string booked, string name, FileFacts facts)
    {
        var directory = _directories.Find(d => d.Path.AsSpan().TrimEnd('/').SequenceEqual(Path.GetDirectoryName(booked.AsSpan())));
        if (directory is null || !directory.TryNameDatabase(Path.GetFileName(booked.AsSpan()), out var bookedName) || bookedName != name)
            return false;
        var there = FileFacts.Read(booked, followLinks: false);
        return there.Kind == FileKind.Regular && !there.IsSameFileAs(facts);
    }

    private static string DuplicateOf(string first) => $"the same tenant is replicated from {first}; remove or rename one of the two files";

    /// <summary>Only what certainly is not there has gone; what cannot be looked at may come back.</summary>
    private static bool IsGone(TrackedFile file) => file.IsPresent && FileFacts.Read(file.Path, followLinks: false).Kind == FileKind.Missing;

    private static string? WhyUnusable(FileFacts facts, WatchedDirectory directory, string path) => facts.Kind switch
    {
        FileKind.Regular => null,
        FileKind.Directory => "it is a directory",
        FileKind.SymbolicLink => SymbolicLinks.WhyRefused(directory, path),
        FileKind.Unreadable => "it cannot be looked at: permission denied",
        _ => "it is not a regular file",
    };
}
