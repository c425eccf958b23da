using System.Collections.Concurrent;

namespace Litestream;

/// <summary>
/// Notices what applications do to the files of opened databases, for a store that nobody else tells (the agent has a directory watcher): looks at them by
/// name a few times each sync interval. Costs two system calls for each database and look; needs no descriptor, of which closing one would drop locks.
/// </summary>
internal sealed class FileLooks(TimeProvider time, TimeSpan syncInterval) : IDisposable
{
    private const int LooksPerInterval = 4;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>What is due although nobody writes (mergers, deletions), and what a file system's clock did not show.</summary>
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Database, FileLook> _seen = new();
    private readonly Lock _starting = new();
    private ITimer? _timer;
    private int _isLooking;
    private long _sweptAt = time.GetTimestamp();

    public void Add(Database database)
    {
        _seen.TryAdd(database, FileLook.Of(database.Path, time));
        var pause = TimeSpan.FromTicks(Math.Clamp(syncInterval.Ticks / LooksPerInterval, ShortestPause.Ticks, LongestPause.Ticks));
        lock (_starting)
            _timer ??= time.CreateTimer(_ => Look(), null, pause, pause);
    }

    public void Remove(Database database) => _seen.TryRemove(database, out _);

    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        // A slow disk: the look under way is enough.
        if (Interlocked.Exchange(ref _isLooking, 1) != 0)
            return;
        try
        {
            var isSweep = time.GetElapsedTime(_sweptAt) >= SweepInterval;
            if (isSweep)
                _sweptAt = time.GetTimestamp();
            foreach (var (database, before) in _seen)
            {
                var now = FileLook.Of(database.Path, time);
                var seen = now.Since(before) | (isSweep ? FileEvent.Sweep : FileEvent.None);
                _seen.TryUpdate(database, now, before);
                if (seen != FileEvent.None)
                    database.Notice(seen);
            }
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }
}
