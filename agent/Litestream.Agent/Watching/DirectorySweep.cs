using System.Collections.Concurrent;
using Litestream.Agent.Interop;
using Litestream.Sqlite;

namespace Litestream.Agent.Watching;

/// <summary>
/// A look at the watched directories: finds what events missed, and directories that went or came back. Complete (every name is listed), or a glance
/// at a directory that says itself that no name came or went. One look at a time; it runs beside the events, which also come here when a directory itself is lost.
/// </summary>
internal sealed class DirectorySweep(Registration registration, Inotify? events, TimeProvider time, ILogger logger)
{
    /// <summary>Some file systems (FUSE) may not stamp their directories, and the clock of a file server may be late: all names are listed every tenth time at least.</summary>
    private const int MostGlances = 9;

    private readonly Lock _oneAtATime = new();
    private readonly ConcurrentDictionary<int, WatchedDirectory> _watches = new();

    /// <param name="isComplete">Also at what seems to be as it was: events were lost, or none come.</param>
    public void Run(bool isComplete)
    {
        var asBefore = new List<WatchedDirectory>();
        lock (_oneAtATime)
        {
            foreach (var directory in registration.Directories)
            {
                if (!directory.IsGone)
                    LookWithin(directory, isComplete ? null : asBefore);
            }
        }
        // Without the lock: each tenant's file is asked for, and the thread that reads events may want a look.
        foreach (var directory in asBefore)
            registration.Glance(directory);
    }

    /// <summary>A directory that is watched from now on.</summary>
    public void Begin(WatchedDirectory directory)
    {
        lock (_oneAtATime)
            LookWithin(directory);
    }

    /// <summary>A directory was created or moved into one that is watched with everything in it.</summary>
    public void Found(WatchedDirectory parent, ReadOnlySpan<char> name)
    {
        var path = parent.PathOf(name);
        lock (_oneAtATime)
        {
            if (IsToFollow(parent, path) && registration.AddFound(parent, path) is { } found)
                LookWithin(found);
        }
    }

    /// <summary>The directory of a watch; null for one that was given up.</summary>
    public WatchedDirectory? Watched(int watch) => _watches.GetValueOrDefault(watch);

    /// <summary>The system ended a watch: the directory was deleted, renamed or unmounted. Its tenants stay registered until somebody could look again.</summary>
    public void Lost(WatchedDirectory directory, string reason)
    {
        lock (_oneAtATime)
        {
            DropWatch(directory);
            if (!directory.IsGone && !LeaveIfGone(directory))
                State(directory, reason);
        }
    }

    /// <summary>A directory, and those below it that are not watched yet: these look for themselves later.</summary>
    /// <param name="first">The directory.</param>
    /// <param name="asBefore">Takes those for which a glance is enough; null: it never is.</param>
    private void LookWithin(WatchedDirectory first, List<WatchedDirectory>? asBefore = null)
    {
        var pending = new Stack<WatchedDirectory>([first]);
        while (pending.TryPop(out var directory))
        {
            var isListed = Look(directory, asBefore);
            if (!isListed || directory is not { Rule.IsRecursive: true })
                continue;
            foreach (var path in Below(directory))
            {
                if (IsToFollow(directory, path) && registration.AddFound(directory, path) is { } found)
                    pending.Push(found);
            }
        }
    }

    private string[] Below(WatchedDirectory directory)
    {
        try
        {
            return Directory.GetDirectories(directory.Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            logger.DirectoryLost(directory.Path, error.Message);
            directory.IsListingDue = true;
            return [];
        }
    }

    /// <summary>Links may lead anywhere, in circles too; hidden directories are programs' own.</summary>
    private static bool IsToFollow(WatchedDirectory parent, string path)
    {
        var kind = Path.GetFileName(path) is ['.', ..] ? FileKind.Missing : FileFacts.Read(path, followLinks: false).Kind;
        if (kind == FileKind.Unreadable)
            parent.IsListingDue = true;
        return kind == FileKind.Directory;
    }

    /// <summary>True when its names were listed.</summary>
    private bool Look(WatchedDirectory directory, List<WatchedDirectory>? asBefore)
    {
        if (LeaveIfGone(directory))
            return false;
        if (DirectoryRules.WhyUnusable(directory.Path, out var facts) is { } reason)
        {
            DropWatch(directory);
            State(directory, reason);
            return false;
        }
        // Before its names are listed: what comes meanwhile shows at the next look. Where there are no events, all of them are always listed.
        var lookedAt = time.GetUtcNow();
        var stat = events is not null ? FileStat.OfTarget(directory.Path) : null;
        if (asBefore is not null && IsAsBefore(directory, stat))
        {
            directory.Glances++;
            asBefore.Add(directory);
            return false;
        }
        (directory.Glances, directory.IsListingDue, directory.Listed) = (0, false, null);
        var isAnother = directory.Identity.Exists && !directory.Identity.IsSameFileAs(facts);
        if (isAnother)
            DropWatch(directory);
        // The watch comes first: a file created between listing and watch would be seen by neither.
        // Without one (no more watches to be had) the sweep alone still finds everything, later.
        var problem = AddWatch(directory);
        try
        {
            if (!ReadNames(directory, mayHaveLostAll: !isAnother))
                return false;
            directory.Identity = facts;
            directory.Listed = stat is { } listed && listed.IsSettled(lookedAt) ? listed : null;
            State(directory, problem);
            return problem is null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Half a listing proves nothing about the files that it did not show.
            State(directory, error.Message);
            return false;
        }
    }

    /// <summary>No name came or went since the names were listed, and nothing was left undone.</summary>
    private static bool IsAsBefore(WatchedDirectory directory, FileStat? now) =>
        directory is { Error: null, Glances: < MostGlances, IsListingDue: false, Listed: { } listed } && now is { } stat && stat.IsUnchanged(listed);

    /// <summary>What was found goes as it came: also when a link stands there now, which would not have been followed then. It takes along what was found below it.</summary>
    private bool LeaveIfGone(WatchedDirectory directory)
    {
        if (!directory.IsFound || FileFacts.Read(directory.Path, followLinks: false) is not { Kind: FileKind.Missing or FileKind.SymbolicLink } there)
            return false;
        if (there.Kind == FileKind.SymbolicLink)
        {
            foreach (var below in registration.FoundBelow(directory))
                Leave(below);
        }
        Leave(directory);
        return true;
    }

    private void Leave(WatchedDirectory directory)
    {
        DropWatch(directory);
        registration.RemoveFound(directory);
    }

    private bool ReadNames(WatchedDirectory directory, bool mayHaveLostAll)
    {
        var sweep = registration.BeginSweep(directory);
        if (directory.TakesTenants)
            DirectoryListing.Read(directory.Path, name => registration.Met(directory, name, sweep));
        if (!mayHaveLostAll && registration.HasLostAll(directory, sweep))
        {
            // A mount point whose file system is gone looks like this. To forget every tenant now would hide it.
            State(directory, "another directory stands at its path, without any of its tenants (is the file system mounted?)");
            return false;
        }
        registration.EndSweep(directory, sweep);
        return true;
    }

    private string? AddWatch(WatchedDirectory directory)
    {
        if (directory.Watch >= 0 || events is null)
            return null;
        directory.Watch = events.Add(directory.Path, out var problem);
        if (directory.Watch >= 0)
            _watches[directory.Watch] = directory;
        return problem;
    }

    private void DropWatch(WatchedDirectory directory)
    {
        if (directory.Watch < 0)
            return;
        // A directory that was renamed has its number already, if it was found before this one was missed.
        if (_watches.TryRemove(new(directory.Watch, directory)))
            events?.Remove(directory.Watch);
        directory.Watch = -1;
    }

    private void State(WatchedDirectory directory, string? error)
    {
        if (directory.Error == error)
            return;
        directory.Error = error;
        if (error is null)
            logger.DirectoryWatched(directory.Path);
        else
            logger.DirectoryLost(directory.Path, error);
    }
}
