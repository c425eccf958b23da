using Litestream.Fleet.Api;

namespace Litestream.Agent.Watching;

/// <summary>
/// Files that look like databases and are not replicated. Each is logged once; the status shows the first hundred. So many are
/// remembered and no more, because a directory may be full of anything; the rest is only counted. Guarded by a lock of its own: a status page does not wait for a registration.
/// </summary>
internal sealed class SkippedFiles
{
    public const int MostShown = 100;
    public const int MostRemembered = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Files met in a complete look at a directory beyond those remembered.</summary>
    private readonly Dictionary<WatchedDirectory, int> _uncounted = [];

    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count + _uncounted.Values.Sum();
        }
    }

    /// <summary>True when this file, or this reason for it, is new and should be logged.</summary>
    public bool Add(WatchedDirectory directory, string path, string reason, int sweep)
    {
        lock (_gate)
        {
            var known = _entries.TryGetValue(path, out var entry);
            if (!known && _entries.Count >= MostRemembered)
            {
                _uncounted[directory] = _uncounted.GetValueOrDefault(directory) + 1;
                return false;
            }
            _entries[path] = new(directory, reason, sweep);
            return !known || entry.Reason != reason;
        }
    }

    public void Remove(string path)
    {
        lock (_gate)
            _entries.Remove(path);
    }

    /// <summary>Before a complete look at a directory.</summary>
    public void BeginSweep(WatchedDirectory directory)
    {
        lock (_gate)
            _uncounted.Remove(directory);
    }

    /// <summary>After it: forgets what that look did not meet any more.</summary>
    public void EndSweep(WatchedDirectory directory, int sweep)
    {
        lock (_gate)
        {
            foreach (var (path, entry) in _entries)
            {
                if (entry.Directory == directory && entry.Sweep < sweep)
                    _entries.Remove(path);
            }
        }
    }

    public IReadOnlyList<SkippedFile> Shown()
    {
        lock (_gate)
            return [.. _entries.OrderBy(e => e.Key, StringComparer.Ordinal).Take(MostShown).Select(e => new SkippedFile(e.Key, e.Value.Reason))];
    }

    private readonly record struct Entry(WatchedDirectory Directory, string Reason, int Sweep);
}
