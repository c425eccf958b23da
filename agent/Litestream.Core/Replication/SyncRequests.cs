using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>Those who wait for a sync of one database. Nothing but a null while nobody does. Guarded by the database's lock.</summary>
internal struct SyncRequests
{
    private List<SyncRequest>? _waiting;

    public readonly bool IsEmpty => _waiting is null;

    /// <summary>Somebody waits whom no round serves yet.</summary>
    public readonly bool AreUntaken => _waiting?.Exists(r => !r.IsTaken) ?? false;

    public void Add(SyncRequest request) => (_waiting ??= []).Add(request);

    /// <summary>A round begins: it serves all that wait now.</summary>
    public readonly void Take() => _waiting?.ForEach(r => r.IsTaken = true);

    /// <summary>The round does not come: the next one serves them. False: somebody waits for a round alone.</summary>
    public readonly bool TryPutOff()
    {
        if (_waiting?.Exists(r => r is { IsLocal: true, Target: null }) ?? false)
            return false;
        _waiting?.ForEach(r => r.IsTaken = r.Target is not null);
        return true;
    }

    /// <summary>The round ended at <paramref name="captured"/>.</summary>
    public readonly void SetTarget(Txid captured) => _waiting?.ForEach(r => r.Target ??= r.IsTaken ? captured : null);

    /// <summary>Removes those who have what they wait for, or gave up.</summary>
    public IReadOnlyList<SyncRequest> RemoveServed(Txid published) =>
        Remove(r => r.Target <= published || (r.IsLocal && r.Target is not null) || r.Done.Task.IsCompleted);

    public IReadOnlyList<SyncRequest> RemoveAll(bool onlyTaken) => Remove(r => r.IsTaken || !onlyTaken);

    private List<SyncRequest> Remove(Predicate<SyncRequest> which)
    {
        if (_waiting is null)
            return [];
        var removed = _waiting.FindAll(which);
        if (removed.Count == _waiting.Count)
            _waiting = null;
        else if (removed.Count > 0)
            _waiting.RemoveAll(which);
        return removed;
    }
}
