using System.Collections.Concurrent;
using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>
/// Published L0 and L1 files that wait to be merged stay in the state directory until then: a merger downloads nothing that is still here. Bounded, and
/// empty for a database that nobody writes. In memory only: what an earlier run left is deleted at the next start.
/// </summary>
/// <param name="capBytes">Most bytes kept over all databases; what does not fit is downloaded again.</param>
internal sealed class LocalCopies(long capBytes)
{
    private readonly ConcurrentDictionary<string, Dictionary<LtxFile, string>> _byName = new(StringComparer.Ordinal);
    private long _bytes;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Takes over a file of the spool; deletes it when there is no room. Called by the database's publish lane only, as everything here.</summary>
    public void Keep(string name, LtxFile file, string path)
    {
        if (Interlocked.Add(ref _bytes, file.SizeBytes) > capBytes)
        {
            Interlocked.Add(ref _bytes, -file.SizeBytes);
            Spool.Delete(path);
            return;
        }
        _byName.GetOrAdd(name, _ => [])[file] = path;
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
            Spool.Delete(path);
        }
        if (files.Count == 0)
            _byName.TryRemove(name, out _);
    }

    public void DropAll(string name)
    {
        if (_byName.TryGetValue(name, out var files))
            Drop(name, files.Keys.ToList());
    }
}
