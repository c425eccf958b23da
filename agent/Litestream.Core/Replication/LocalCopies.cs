using System.Collections.Concurrent;
using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>
/// Published L0 and L1 files that wait to be merged stay in the state directory until then: a merger downloads nothing that is still here. Bounded, and
/// empty for a database that nobody writes. Known in memory only: a start empties the folder.
/// </summary>
internal sealed class LocalCopies
{
    private readonly ConcurrentDictionary<string, Dictionary<LtxFile, string>> _byName = new(StringComparer.Ordinal);
    private readonly string _folder;
    private readonly long _capBytes;
    private long _bytes;

    /// <param name="folder">Of its own; what an earlier run left there is deleted.</param>
    /// <param name="capBytes">Most bytes kept over all databases; what does not fit is downloaded again. 0: nothing is kept.</param>
    public LocalCopies(string folder, long capBytes)
    {
        (_folder, _capBytes) = (folder, capBytes);
        Directory.CreateDirectory(folder);
        foreach (var path in Directory.EnumerateFiles(folder))
            File.Delete(path);
    }

    /// <summary>Moves a file of the spool here; leaves it there when there is no room. Called by the replica's lane only, as everything here.</summary>
    public void Keep(string name, LtxFile file, string path)
    {
        if (Interlocked.Add(ref _bytes, file.SizeBytes) > _capBytes || !TryMove(path, out var copy))
        {
            Interlocked.Add(ref _bytes, -file.SizeBytes);
            return;
        }
        _byName.GetOrAdd(name, _ => [])[file] = copy;
    }

    public bool Has(string name) => _byName.ContainsKey(name);

    public string? Find(string name, LtxFile file) => _byName.TryGetValue(name, out var files) ? files.GetValueOrDefault(file) : null;

    /// <summary>Deletes those that a merger has used.</summary>
    public void Drop(string name, IEnumerable<LtxFile> used)
    {
        if (!_byName.TryGetValue(name, out var files))
            return;
        foreach (var file in used)
        {
            if (!files.Remove(file, out var path))
                continue;
            Interlocked.Add(ref _bytes, -file.SizeBytes);
            File.Delete(path);
        }
        if (files.Count == 0)
            _byName.TryRemove(name, out _);
    }

    public void DropAll(string name)
    {
        if (_byName.TryGetValue(name, out var files))
            Drop(name, files.Keys.ToList());
    }

    /// <summary>A disk that refuses (its folder may need another block) costs a download, not more.</summary>
    private bool TryMove(string path, out string copy)
    {
        copy = Path.Combine(_folder, Path.GetFileName(path));
        try
        {
            File.Move(path, copy, overwrite: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
