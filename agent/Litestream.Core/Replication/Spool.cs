using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>
/// The folder of staged files, all databases in one: <c>&lt;name&gt;.&lt;level&gt;.&lt;min&gt;-&lt;max&gt;.ltx</c>. A file gets this name when it is complete.
/// Nothing is synced here: what a power loss tears is recognised at the next start and dropped, and the resync covers it.
/// </summary>
internal sealed class Spool
{
    private readonly string _folder;
    private readonly Dictionary<string, List<string>> _earlier = [];
    private long _waitingBytes;
    private long _lateBytes;

    public Spool(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        foreach (var path in Directory.EnumerateFiles(folder))
            KeepEarlier(path);
    }

    /// <summary>Bytes of captured files that are in no replica yet.</summary>
    public long WaitingBytes => Interlocked.Read(ref _waitingBytes);

    /// <summary>Bytes of captured files that a replica has and another has not.</summary>
    public long LateBytes => Interlocked.Read(ref _lateBytes);

    /// <summary>Moves a file's size into or out of these accounts. Images do not count: one large tenant's first copy must not stop the others.</summary>
    public void Count(StagedFile file, int waiting, int late)
    {
        var bytes = file.File.Level == 0 ? file.File.SizeBytes : 0;
        Interlocked.Add(ref _waitingBytes, waiting * bytes);
        Interlocked.Add(ref _lateBytes, late * bytes);
    }

    public string PathOf(string name, int level, Txid min, Txid max) => Path.Combine(_folder, $"{name}.{level}.{LtxFile.NameOf(min, max)}");

    /// <summary>Where a merger is made: each place makes its own. None of the staged files; a start deletes what a crash left.</summary>
    public string MergerPathOf(ReplicaPlace place, string name, int level, Txid min, Txid max) => $"{PathOf(name, level, min, max)}.of{place.Ordinal}";

    /// <summary>A name for a file under construction; renamed by <see cref="Complete"/>.</summary>
    public static FileStream Create(string path) =>
        new(path + ".tmp", FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16);

    public static void Complete(string path) => File.Move(path + ".tmp", path, overwrite: true);

    public static void Discard(string path) => File.Delete(path + ".tmp");

    public static void Delete(string path) => File.Delete(path);

    /// <summary>Files of a database that an earlier run left here, in no order.</summary>
    public IReadOnlyList<string> Earlier(string name)
    {
        lock (_earlier)
            return _earlier.GetValueOrDefault(name) ?? [];
    }

    /// <summary>It is settled what becomes of them.</summary>
    public void ForgetEarlier(string name)
    {
        lock (_earlier)
            _earlier.Remove(name);
    }

    /// <summary>An earlier run left files of this database, and it is not settled what becomes of them.</summary>
    public bool HasEarlier(string name)
    {
        lock (_earlier)
            return _earlier.ContainsKey(name);
    }

    /// <summary>Level and range from a staged file's name; false for anything else.</summary>
    public static bool TryParse(string path, out string name, out int level, out Txid min, out Txid max)
    {
        (name, level, min, max) = ("", 0, Txid.None, Txid.None);
        var file = Path.GetFileName(path);
        // <name>.<level>.<37 characters>
        if (file.Length < 41 || file[^38] != '.' || file[^40] != '.' || !char.IsAsciiDigit(file[^39]) || !LtxFile.TryParseName(file.AsSpan(file.Length - 37), out min, out max))
            return false;
        level = file[^39] - '0';
        name = file[..^40];
        return true;
    }

    private void KeepEarlier(string path)
    {
        if (!TryParse(path, out var name, out _, out _, out _))
        {
            File.Delete(path);
            return;
        }
        if (!_earlier.TryGetValue(name, out var paths))
            _earlier[name] = paths = [];
        paths.Add(path);
    }
}
