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
                Look(directory);
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
            State(directory, reason);
        }
    }

    private void Look(WatchedDirectory directory)
    {
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
