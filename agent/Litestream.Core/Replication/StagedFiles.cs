namespace Litestream.Replication;

/// <summary>
/// The captured files of one database that some replica does not have yet, oldest first; each knows for whom it waits. Guarded by the database's lock.
/// </summary>
internal sealed class StagedFiles(Spool spool)
{
    private List<Entry>? _entries;

    /// <summary>Every replica has everything; may be asked without the lock.</summary>
    public bool IsEmpty => Volatile.Read(ref _entries) is null;

    /// <summary>Bytes in the state directory.</summary>
    public long SizeBytes => _entries?.Sum(e => e.File.File.SizeBytes) ?? 0;

    /// <summary>Replicas for which a file waits that another one has.</summary>
    public uint Late => _entries?.Where(e => e.IsSafe).Aggregate(0u, (all, e) => all | e.Waiting) ?? 0;

    /// <summary>A captured file waits behind another one that no replica has yet. Images are for those replicas that lack one.</summary>
    public bool AreQueued => _entries?.Count(e => e is { IsSafe: false, File.File.Level: 0 }) > 1;

    /// <param name="waiting">For whom it waits.</param>
    /// <param name="isSafe">A replica has it already: an earlier run published it there.</param>
    public void Add(StagedFile file, uint waiting, bool isSafe)
    {
        (_entries ??= []).Add(new(file) { Waiting = waiting, IsSafe = isSafe });
        spool.Count(file, waiting: isSafe ? 0 : 1, late: isSafe ? 1 : 0);
    }

    /// <summary>The oldest one that waits for a replica.</summary>
    public StagedFile? Peek(uint replica) => _entries?.Find(e => (e.Waiting & replica) != 0)?.File;

    /// <summary>A base waits for a replica.</summary>
    public bool HasBase(uint replica) => _entries?.Exists(e => (e.Waiting & replica) != 0 && e.File.IsBase) == true;

    /// <summary>It is in a replica. True when it waits for no other one: it is the caller's now. False also when it was given up meanwhile.</summary>
    public bool Confirm(StagedFile file, uint replica)
    {
        if (_entries?.Find(e => e.File == file) is not { } entry)
            return false;
        entry.Waiting &= ~replica;
        if (!entry.IsSafe)
            spool.Count(file, waiting: -1, late: 1);
        entry.IsSafe = true;
        if (entry.Waiting != 0)
            return false;
        Remove(entry);
        return true;
    }

    /// <summary>Those that meet <paramref name="condition"/> wait for these replicas no more; deletes those that wait for none then.</summary>
    public void Release(uint replicas, Predicate<StagedFile> condition)
    {
        foreach (var entry in _entries?.FindAll(e => (e.Waiting & replicas) != 0 && condition(e.File)) ?? [])
        {
            entry.Waiting &= ~replicas;
            if (entry.Waiting != 0)
                continue;
            Remove(entry);
            Spool.Delete(entry.File.Path);
        }
    }

    private void Remove(Entry entry)
    {
        _entries!.Remove(entry);
        if (_entries.Count == 0)
            _entries = null;
        spool.Count(entry.File, waiting: entry.IsSafe ? 0 : -1, late: entry.IsSafe ? -1 : 0);
    }

    private sealed class Entry(StagedFile file)
    {
        public StagedFile File => file;

        public uint Waiting { get; set; }

        public bool IsSafe { get; set; }
    }
}
