using System.Collections.Concurrent;
using Litestream.Sqlite;

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

    private readonly ConcurrentDictionary<Database, Seen> _seen = new();
    private readonly Lock _starting = new();
    private ITimer? _timer;
    private int _isLooking;
    private long _sweptAt = time.GetTimestamp();

    public void Add(Database database)
    {
        _seen.TryAdd(database, Seen.Of(database.Path));
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
                var now = Seen.Of(database.Path);
                var seen = now.Since(before, time.GetUtcNow()) | (isSweep ? FileEvent.Sweep : FileEvent.None);
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

    /// <summary>The files at one look.</summary>
    private readonly record struct Seen(FileStat? Main, FileStat? Wal)
    {
        public static Seen Of(string path) => new(FileStat.Of(path), FileStat.Of(DatabaseFiles.WalOf(path)));

        public FileEvent Since(Seen before, DateTimeOffset now)
        {
            if (Main is null != before.Main is null || (Main is not null && !FileStat.IsSameFile(Main, before.Main)))
                return FileEvent.Appeared;
            return (MayDiffer(Main, before.Main, now) ? FileEvent.Database : FileEvent.None) | (MayDiffer(Wal, before.Wal, now) ? FileEvent.Wal : FileEvent.None);
        }

        /// <summary>Other time stamps, or so young that a second write since would have the same.</summary>
        private static bool MayDiffer(FileStat? file, FileStat? before, DateTimeOffset now) =>
            file is { } a ? before is not { } b || !a.IsUnchanged(b) || !b.IsSettled(now) : before is not null;
    }
}
