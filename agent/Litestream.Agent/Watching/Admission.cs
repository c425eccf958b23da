using Litestream.Agent.Interop;
using Litestream.Replication;

namespace Litestream.Agent.Watching;

/// <summary>
/// Whether a file in a watched directory becomes a registered database, waits, or is refused with a reason. Guarded by
/// <see cref="Registration"/>'s lock.
/// </summary>
/// <param name="stores">Where it may be registered: a name belongs to one database of the agent.</param>
/// <param name="files">What is registered already.</param>
/// <param name="skipped">What was refused.</param>
/// <param name="leave">Lets a registered file go whose place is taken by another one.</param>
/// <param name="logger">The log.</param>
internal sealed class Admission(Stores stores, WatchedFiles files, SkippedFiles skipped, Action<TrackedFile> leave, ILogger logger)
{
    private const string LetGo = "a person unregistered it; `litestream register` or the agent's next start brings it back";

    private readonly HashSet<string> _letGo = new(StringComparer.Ordinal);

    /// <summary>New names of files that have several: which one is the tenant's is known when all have been met.</summary>
    private readonly SortedDictionary<string, WatchedDirectory> _deferred = new(StringComparer.Ordinal);

    private bool _saidMany;

    /// <summary>The first complete look is over: a new file is news.</summary>
    public bool Announces { get; private set; }

    /// <summary>Number of the latest complete look.</summary>
    public int Sweep { get; set; }

    /// <summary>Ends the first complete look. Of two names of one file that no earlier run knew the first in order is the tenant's, in whatever order they were met.</summary>
    public void EndFirstLook()
    {
        foreach (var (path, directory) in _deferred.Where(d => !d.Value.IsGone))
            Consider(directory, Path.GetFileName(path));
        _deferred.Clear();
        Announces = true;
    }

    /// <summary>A person does not want what is at this path: until asked for, or the next start.</summary>
    public void Forget(string path) => _letGo.Add(path);

    /// <summary>Ends that. False when it was not so.</summary>
    public bool Remember(string path) => _letGo.Remove(path);

    public bool IsLetGo(string path) => _letGo.Contains(path);

    /// <param name="directory">It is watched.</param>
    /// <param name="fileName">A name in it.</param>
    /// <param name="isAsked">Somebody names it now: what is no database is told, not registered to wait until it is one.</param>
    /// <param name="isListed">One of many, met in no order.</param>
    public Verdict Consider(WatchedDirectory directory, ReadOnlySpan<char> fileName, bool isAsked = false, bool isListed = false)
    {
        var verdict = Judge(directory, fileName, isAsked, isListed);
        if (verdict.Kind is VerdictKind.Queued or VerdictKind.Missing)
            directory.IsListingDue = true;
        return verdict;
    }

    private Verdict Judge(WatchedDirectory directory, ReadOnlySpan<char> fileName, bool isAsked, bool isListed)
    {
        if (directory.TryFind(fileName, out var known))
            return new(known.IsLeaving ? VerdictKind.Queued : VerdictKind.AlreadyRegistered, known);
        var isNamed = directory.TryNameDatabase(fileName, out var named);
        if (!isNamed && !(directory.Rule is { ReportsOthers: true } && TenantFiles.LooksLikeDatabase(fileName)))
            return new(VerdictKind.NotOurs);

        var path = directory.PathOf(fileName);
        var facts = FileFacts.Read(path, followLinks: false);
        // A name that is no UTF-8 comes with U+FFFD in it, and no file is called that: nobody may believe that it is replicated.
        if (!facts.Exists)
            return fileName.Contains('\uFFFD') ? Skip(directory, path, VerdictKind.Skipped, "its name is not UTF-8: rename it", mayPass: false) : new(VerdictKind.Missing);
        if (_letGo.Contains(path))
            return Skip(directory, path, VerdictKind.Skipped, LetGo, mayPass: false);
        // A directory or a pipe of any other name is nobody's mistake.
        if (!isNamed && facts.Kind is not (FileKind.Regular or FileKind.SymbolicLink))
            return new(VerdictKind.NotOurs);
        if (!isNamed)
            return Skip(directory, path, VerdictKind.Skipped, TenantFiles.WhyNotTenant(fileName), mayPass: false);
        if (WhyUnusable(facts, directory, path) is { } reason)
            return Skip(directory, path, VerdictKind.Skipped, reason);
        if (isListed && !Announces && facts.Links > 1 && named.Store.KnownPath(named.Name) != path)
        {
            _deferred[path] = directory;
            return new(VerdictKind.Queued);
        }
        return RegisterUnlessTaken(directory, path, named, facts, isAsked);
    }

    /// <summary>A database named by <c>-dsn</c>: whether its file exists or not.</summary>
    public void RegisterNamed(WatchedDirectory directory, string path, NamedDatabase named)
    {
        if (_letGo.Contains(path))
            Skip(directory, path, VerdictKind.Skipped, LetGo);
        else if (!directory.TryFind(Path.GetFileName(path.AsSpan()), out _))
            Register(directory, path, named, FileFacts.Read(path, followLinks: false));
    }

    /// <summary>
    /// One tenant has one file, and one file is one tenant. The first is the one registered, else the one that the books know from
    /// an earlier run. A first one that is gone makes room: that was a move.
    /// </summary>
    private Verdict RegisterUnlessTaken(WatchedDirectory directory, string path, NamedDatabase named, FileFacts facts, bool isAsked)
    {
        var (store, name) = named;
        if (stores.Find(name) is { } taken && taken.Path != path)
            return AfterFirst(files.At(taken.Path), directory, path, DuplicateOf(taken.Path));
        if (files.OtherNameOf(facts, path) is { } other)
            return AfterFirst(other, directory, path, $"it is another name (hard link) of {other.Path}; one file can be one tenant only");
        if (store.KnownPath(name) is { } booked && booked != path && files.IsStillThere(booked, name, facts))
            return Skip(directory, path, VerdictKind.Duplicate, DuplicateOf(booked));
        if (!directory.Named.ContainsKey(Path.GetFileName(path)) && directory.Rule?.WhyNotDatabase(path) is { } reason)
            return Skip(directory, path, VerdictKind.Skipped, reason);
        if (isAsked && TenantRule.WhyNoDatabase(path) is { } wrong)
            return new(VerdictKind.Skipped, Reason: wrong);
        return Register(directory, path, named, facts);
    }

    private Verdict AfterFirst(TrackedFile? first, WatchedDirectory directory, string path, string reason)
    {
        if (first is { IsLeaving: false } && first.IsGone())
            leave(first); // the event of its removal is still on its way
        if (first is not { IsLeaving: true })
            return Skip(directory, path, VerdictKind.Duplicate, reason);
        first.Successor = new(directory, Path.GetFileName(path));
        return new(VerdictKind.Queued, first);
    }

    private Verdict Register(WatchedDirectory directory, string path, NamedDatabase named, FileFacts facts)
    {
        var (store, name) = named;
        Database database;
        try
        {
            database = store.Register(path, name);
        }
        catch (LitestreamException refused)
        {
            return Skip(directory, path, VerdictKind.Skipped, refused.Message);
        }
        // The store's own string: a hundred thousand paths need not be kept twice.
        var file = new TrackedFile(database.Path, directory, database) { IsPresent = facts.Exists && facts.Kind != FileKind.Unreadable, SeenInSweep = Sweep };
        files.Add(file, facts);
        skipped.Remove(path);
        if (Announces && facts.Exists)
            logger.DatabaseCreated(path);
        if (logger.IsEnabled(LogLevel.Information))
            logger.ClientRegistered(name, store.Replicas[0].UrlOf(store.Replicas[0].PathOf(name)));
        return new(VerdictKind.Registered, file);
    }

    /// <param name="directory">Where it is.</param>
    /// <param name="path">Of the file.</param>
    /// <param name="kind">What it is told to be.</param>
    /// <param name="reason">A sentence without its full stop.</param>
    /// <param name="mayPass">While its name stays the same: then the sweep looks at it each time.</param>
    private Verdict Skip(WatchedDirectory directory, string path, VerdictKind kind, string reason, bool mayPass = true)
    {
        if (mayPass)
            directory.IsListingDue = true;
        if (skipped.Add(directory, path, reason, Sweep))
            logger.FileSkipped(path, reason);
        if (skipped.Count > SkippedFiles.MostRemembered && !_saidMany)
        {
            _saidMany = true;
            logger.ManyFilesSkipped(SkippedFiles.MostRemembered);
        }
        return new(kind, Reason: reason);
    }

    private static string DuplicateOf(string first) => $"the same tenant is replicated from {first}; remove or rename one of the two files";

    private static string? WhyUnusable(FileFacts facts, WatchedDirectory directory, string path) => facts.Kind switch
    {
        FileKind.Regular => null,
        FileKind.Directory => VacatedPlace.Find(path) is { } moved ? $"it moved to host {moved.To}; its file as it was is {moved.AsidePath}" : "it is a directory",
        FileKind.SymbolicLink => SymbolicLinks.WhyRefused(directory, path),
        FileKind.Unreadable => "it cannot be looked at: no permission, or its file system does not answer",
        _ => "it is not a regular file",
    };
}
