using Litestream.Agent.Interop;

namespace Litestream.Agent.Watching;

/// <summary>
/// The watched directories and what is registered from them, by path and by inode. Two names of one inode must never be open at
/// once: closing one would drop SQLite's locks on the other. Guarded by <see cref="Registration"/>'s lock.
/// </summary>
internal sealed class WatchedFiles
{
    private readonly List<WatchedDirectory> _directories = [];
    private readonly Dictionary<string, WatchedDirectory> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<FileId, TrackedFile> _byId = [];
    private WatchedDirectory[]? _shown;

    /// <summary>As it is now; whoever reads it needs no lock. Made anew when somebody asks: ten thousand folders of tenants are found one after the other.</summary>
    public IReadOnlyList<WatchedDirectory> Directories
    {
        get
        {
            if (Volatile.Read(ref _shown) is { } shown)
                return shown;
            lock (_directories)
                return _shown ??= [.. _directories];
        }
    }

    /// <summary>The directory that is watched at the path.</summary>
    public WatchedDirectory? DirectoryAt(ReadOnlySpan<char> path) => _byPath.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path.TrimEnd('/'), out var directory) ? directory : null;

    public void Add(WatchedDirectory directory)
    {
        lock (_directories)
        {
            _directories.Add(directory);
            _shown = null;
        }
        _byPath.TryAdd(directory.Path.TrimEnd('/'), directory);
    }

    public void Remove(WatchedDirectory directory)
    {
        lock (_directories)
        {
            _directories.Remove(directory);
            _shown = null;
        }
        // Another may have been found there since.
        if (DirectoryAt(directory.Path) == directory)
            _byPath.Remove(directory.Path.TrimEnd('/'));
    }

    public void Add(TrackedFile file, FileFacts facts)
    {
        file.Directory.Add(file);
        Identify(file, facts);
    }

    public void Remove(TrackedFile file)
    {
        file.Directory.Remove(file);
        Forget(file);
    }

    /// <summary>Another file may stand at its path now.</summary>
    public void Identify(TrackedFile file, FileFacts facts)
    {
        Forget(file);
        file.Id = facts.Id;
        if (facts.Exists)
            _byId[facts.Id] = file;
    }

    public TrackedFile? At(string path) =>
        DirectoryAt(Path.GetDirectoryName(path.AsSpan())) is { } directory && directory.TryFind(Path.GetFileName(path.AsSpan()), out var file) ? file : null;

    /// <summary>The registered file that is the same inode under another path; null when there is none, or it is another file by now and not about to leave.</summary>
    public TrackedFile? OtherNameOf(FileFacts facts, string path)
    {
        if (facts.Inode == 0 || !_byId.TryGetValue(facts.Id, out var other) || other.Path == path)
            return null;
        var now = FileFacts.Read(other.Path, followLinks: false);
        return now.IsSameFileAs(facts) || now.Kind is FileKind.Missing or FileKind.Unreadable ? other : null;
    }

    /// <summary>True when a path that the books name is still there, is another file than this, and would be the same tenant.</summary>
    public bool IsStillThere(string booked, string name, FileFacts other)
    {
        if (DirectoryAt(Path.GetDirectoryName(booked.AsSpan())) is not { } directory || !directory.TryNameDatabase(Path.GetFileName(booked.AsSpan()), out var bookedAs) || bookedAs.Name != name)
            return false;
        var there = FileFacts.Read(booked, followLinks: false);
        return there.Kind == FileKind.Regular && !there.IsSameFileAs(other);
    }

    private void Forget(TrackedFile file)
    {
        if (_byId.TryGetValue(file.Id, out var known) && known == file)
            _byId.Remove(file.Id);
    }
}
