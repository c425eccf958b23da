using Litestream.Agent.Interop;

namespace Litestream.Agent.Watching;

/// <summary>
/// The watched directories and what is registered from them, by path and by inode. Two names of one inode must never be open at
/// once: closing one would drop SQLite's locks on the other. Guarded by <see cref="Registration"/>'s lock.
/// </summary>
internal sealed class WatchedFiles
{
    private IReadOnlyList<WatchedDirectory> _directories = [];
    private readonly Dictionary<FileId, TrackedFile> _byId = [];

    /// <summary>Replaced as a whole, so that who reads it needs no lock.</summary>
    public IReadOnlyList<WatchedDirectory> Directories => Volatile.Read(ref _directories);

    public void Add(WatchedDirectory directory) => Volatile.Write(ref _directories, [.. _directories, directory]);

    public void Remove(WatchedDirectory directory) => Volatile.Write(ref _directories, [.. _directories.Where(d => d != directory)]);

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
        DirectoryOf(path) is { } directory && directory.TryFind(Path.GetFileName(path.AsSpan()), out var file) ? file : null;

    /// <summary>The registered file that is the same inode under another path; null when there is none, or it is another file by now and not about to leave.</summary>
    public TrackedFile? OtherNameOf(FileFacts facts, string path)
    {
        if (facts.Inode == 0 || !_byId.TryGetValue(facts.Id, out var other) || other.Path == path)
            return null;
        var now = FileFacts.Read(other.Path, followLinks: false);
        return now.IsSameFileAs(facts) || !now.Exists ? other : null;
    }

    /// <summary>True when a path that the books name is still there, is another file than this, and would be the same tenant.</summary>
    public bool IsStillThere(string booked, string name, FileFacts other)
    {
        if (DirectoryOf(booked) is not { } directory || !directory.TryNameDatabase(Path.GetFileName(booked.AsSpan()), out var bookedAs) || bookedAs.Name != name)
            return false;
        var there = FileFacts.Read(booked, followLinks: false);
        return there.Kind == FileKind.Regular && !there.IsSameFileAs(other);
    }

    private WatchedDirectory? DirectoryOf(string path)
    {
        foreach (var directory in _directories)
        {
            if (Path.GetDirectoryName(path.AsSpan()).TrimEnd('/').SequenceEqual(directory.Path.AsSpan().TrimEnd('/')))
                return directory;
        }
        return null;
    }

    private void Forget(TrackedFile file)
    {
        if (_byId.TryGetValue(file.Id, out var known) && known == file)
            _byId.Remove(file.Id);
    }
}
