using System.Collections.Concurrent;
using Litestream.Agent.Interop;

namespace Litestream.Agent.Watching;

/// <summary>
/// A complete look at the watched directories: finds what events missed, and directories that went or came back.
/// One look at a time; it runs beside the events, which also come here when a directory itself is lost.
/// </summary>
internal sealed class DirectorySweep(Registration registration, Inotify? events, ILogger logger)
{
    private readonly Lock _oneAtATime = new();
    private readonly ConcurrentDictionary<int, WatchedDirectory> _watches = new();

    public void Run()
    {
        lock (_oneAtATime)
        {
            foreach (var directory in registration.Directories)
            {
                if (!directory.IsGone)
                    LookWithin(directory);
            }
        }
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
            if (IsToFollow(path) && registration.AddFound(parent, path) is { } found)
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
    private void LookWithin(WatchedDirectory first)
    {
        var pending = new Stack<WatchedDirectory>([first]);
        while (pending.TryPop(out var directory))
        {
            Look(directory);
            if (directory is not { Rule.IsRecursive: true, Error: null })
                continue;
            foreach (var path in Below(directory.Path))
            {
                if (IsToFollow(path) && registration.AddFound(directory, path) is { } found)
                    pending.Push(found);
            }
        }
    }

    private string[] Below(string directory)
    {
        try
        {
            return Directory.GetDirectories(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            logger.DirectoryLost(directory, error.Message);
            return [];
        }
    }

    /// <summary>Links may lead anywhere, in circles too; hidden directories are programs' own.</summary>
    private static bool IsToFollow(string path) =>
        Path.GetFileName(path) is not ['.', ..] && FileFacts.Read(path, followLinks: false).Kind == FileKind.Directory;

    private void Look(WatchedDirectory directory)
    {
        if (LeaveIfGone(directory))
            return;
        if (DirectoryRules.WhyUnusable(directory.Path, out var facts) is { } reason)
        {
            DropWatch(directory);
            State(directory, reason);
            return;
        }
        var isAnother = directory.Identity.Exists && !directory.Identity.IsSameFileAs(facts);
        if (isAnother)
            DropWatch(directory);
        // The watch comes first: a file created between listing and watch would be seen by neither.
        // Without one (no more watches to be had) the sweep alone still finds everything, later.
        var problem = AddWatch(directory);
        try
        {
            if (!ReadNames(directory, mayHaveLostAll: !isAnother))
                return;
            directory.Identity = facts;
            State(directory, problem);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Half a listing proves nothing about the files that it did not show.
            State(directory, error.Message);
        }
    }

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
        _watches.TryRemove(directory.Watch, out _);
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
