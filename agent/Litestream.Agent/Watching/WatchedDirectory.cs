using Litestream.Agent.Interop;

namespace Litestream.Agent.Watching;

/// <summary>
/// One directory whose files are followed: all tenants in it (<c>-watch-dir</c>), or only those named (the parent of a
/// <c>-dsn</c>), or both. Not recursive. Guarded by <see cref="Registration"/>'s lock.
/// </summary>
internal sealed class WatchedDirectory(string path, bool takesTenants)
{
    private readonly HashSet<TrackedFile> _files = new(FileNameComparer.Instance);
    private readonly Dictionary<string, string> _named = new(StringComparer.Ordinal);

    /// <summary>Absolute, as the user wrote it (links in it are not resolved).</summary>
    public string Path => path;

    /// <summary>False for a directory that is watched only because a <c>-dsn</c> is in it.</summary>
    public bool TakesTenants { get; set; } = takesTenants;

    /// <summary>Why it is not watched now; null when it is.</summary>
    public string? Error { get; set; }

    /// <summary>Inotify's number for it; below zero while there is none.</summary>
    public int Watch { get; set; } = -1;

    /// <summary>What stood at the path when it was last watched: another directory there (a mount, a re-creation) needs a new watch.</summary>
    public FileFacts Identity { get; set; }

    public IReadOnlyCollection<TrackedFile> Files => _files;

    /// <summary>File name -> database name, from <c>-dsn</c> and <c>-db-name</c>.</summary>
    public IReadOnlyDictionary<string, string> Named => _named;

    public string PathOf(ReadOnlySpan<char> fileName) => string.Concat(path, path.EndsWith('/') ? "" : "/", fileName);

    public void Name(string fileName, string databaseName) => _named[fileName] = databaseName;

    public bool TryFind(ReadOnlySpan<char> fileName, out TrackedFile file)
    {
        var found = _files.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(fileName, out var known);
        file = known!;
        return found;
    }

    public void Add(TrackedFile file) => _files.Add(file);

    public void Remove(TrackedFile file) => _files.Remove(file);

    /// <summary>The database's name when the file name is one that is replicated from here.</summary>
    public bool TryNameDatabase(ReadOnlySpan<char> fileName, out string name)
    {
        if (_named.Count > 0 && _named.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(fileName, out var given))
        {
            name = given;
            return true;
        }
        name = "";
        return TakesTenants && TenantFiles.TryParseTenant(fileName, out name);
    }
}
