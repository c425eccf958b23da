using Litestream.Agent.Interop;
using Litestream.Sqlite;

namespace Litestream.Agent.Watching;

/// <summary>
/// One directory whose files are followed: all tenants in it (<c>-watch-dir</c>, <c>dir</c>), or only those named (the parent of a
/// <c>-dsn</c> or <c>path</c>), or both. Directories below it are watched by themselves. Its files and names are guarded by <see cref="Registration"/>'s lock, what was
/// seen of the directory itself by the sweep's; <see cref="IsListingDue"/> anybody may set.
/// </summary>
internal sealed class WatchedDirectory(string path)
{
    private readonly HashSet<TrackedFile> _files = new(FileNameComparer.Instance);
    private readonly Dictionary<string, NamedDatabase> _named = new(StringComparer.Ordinal);
    private volatile bool _isListingDue;

    /// <summary>Absolute, as the user wrote it (links in it are not resolved).</summary>
    public string Path => path;

    /// <summary>Which other files are databases, and whose; null for a directory that is watched only for named ones.</summary>
    public TenantRule? Rule { get; private set; }

    /// <summary>Where the tenants of <see cref="Rule"/> go.</summary>
    public Store? Store { get; private set; }

    public bool TakesTenants => Rule is not null;

    /// <summary>Found below a directory with <c>recursive</c>: when it goes, nobody misses it.</summary>
    public bool IsFound { get; init; }

    /// <summary>A found one that went: whoever still has it at hand leaves it alone.</summary>
    public bool IsGone { get; set; }

    /// <summary>Why it is not watched now; null when it is.</summary>
    public string? Error { get; set; }

    /// <summary>Inotify's number for it; below zero while there is none.</summary>
    public int Watch { get; set; } = -1;

    /// <summary>What stood at the path when it was last watched: another directory there (a mount, a re-creation) needs a new watch.</summary>
    public FileFacts Identity { get; set; }

    /// <summary>Itself just before its names were listed, if the next name to come or go will show there; else null.</summary>
    public FileStat? Listed { get; set; }

    /// <summary>Looks in a row that listed no names, as none had come or gone.</summary>
    public int Glances { get; set; }

    /// <summary>Something was left undone at the last look, or since: its names are listed at the next one, though none came or went.</summary>
    public bool IsListingDue { get => _isListingDue; set => _isListingDue = value; }

    public IReadOnlyCollection<TrackedFile> Files => _files;

    /// <summary>By file name.</summary>
    public IReadOnlyDictionary<string, NamedDatabase> Named => _named;

    public string PathOf(ReadOnlySpan<char> fileName) => string.Concat(path, path.EndsWith('/') ? "" : "/", fileName);

    public void Name(string fileName, NamedDatabase database) => _named[fileName] = database;

    public void Unname(string fileName) => _named.Remove(fileName);

    public void Take(TenantRule rule, Store store) => (Rule, Store) = (rule, store);

    public bool TryFind(ReadOnlySpan<char> fileName, out TrackedFile file)
    {
        var found = _files.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(fileName, out var known);
        file = known!;
        return found;
    }

    public void Add(TrackedFile file) => _files.Add(file);

    public void Remove(TrackedFile file) => _files.Remove(file);

    /// <summary>The database's name when the file name is one that is replicated from here.</summary>
    public bool TryNameDatabase(ReadOnlySpan<char> fileName, out NamedDatabase database)
    {
        if (_named.Count > 0 && _named.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(fileName, out database))
            return true;
        var name = "";
        var isTenant = Rule is not null && Rule.TryName(path, fileName, out name);
        database = isTenant ? new(Store!, name) : default;
        return isTenant;
    }
}
