namespace Litestream.Agent.Watching;

/// <summary>Directory events where there is no inotify. Slower and heavier; it goes silent after an overflow until it is switched off and on.</summary>
internal sealed class FallbackEvents(Registration registration, Action lost) : IDisposable
{
    private const int LargestBuffer = 64 * 1024;

    private readonly List<FileSystemWatcher> _watchers = [];

    public void Start()
    {
        foreach (var directory in registration.Directories)
        {
            if (Directory.Exists(directory.Path))
                _watchers.Add(Open(directory));
        }
    }

    public void Dispose()
    {
        foreach (var watcher in _watchers)
            watcher.Dispose();
        _watchers.Clear();
    }

    private FileSystemWatcher Open(WatchedDirectory directory)
    {
        var watcher = new FileSystemWatcher(directory.Path)
        {
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size,
            InternalBufferSize = LargestBuffer,
        };
        watcher.Created += (_, e) => registration.Seen(directory, e.Name, FileChange.Appeared);
        watcher.Changed += (_, e) => registration.Seen(directory, e.Name, FileChange.Written);
        watcher.Deleted += (_, e) => registration.Seen(directory, e.Name, FileChange.Gone);
        watcher.Renamed += (_, e) =>
        {
            registration.Seen(directory, e.OldName, FileChange.Gone);
            registration.Seen(directory, e.Name, FileChange.Appeared);
        };
        watcher.Error += (_, _) =>
        {
            lost();
            watcher.EnableRaisingEvents = false;
            watcher.EnableRaisingEvents = true;
        };
        watcher.EnableRaisingEvents = true;
        return watcher;
    }
}
