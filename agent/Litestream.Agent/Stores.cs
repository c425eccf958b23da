using Litestream.Storage;

namespace Litestream.Agent;

/// <summary>The stores of one agent as one: each has a replica and options of its own, and a database is in one of them.</summary>
internal sealed class Stores(IReadOnlyList<Store> first)
{
    private readonly Lock _changing = new();
    private IReadOnlyList<Store> _all = first;
    private EventHandler<DatabaseStateChange>? _listener;

    /// <summary>As it is now: a store comes with a database that is registered while the agent runs, and goes with it. Replaced as a whole.</summary>
    public IReadOnlyList<Store> All => Volatile.Read(ref _all);

    /// <summary>In no particular order. A live view, safe to enumerate.</summary>
    public IEnumerable<Database> Databases => All is [var one] ? one.Databases : All.SelectMany(s => s.Databases);

    public int Count => All.Sum(s => s.Count);

    public int HotCount => All.Sum(s => s.HotCount);

    public int UploadQueueDepth => All.Sum(s => s.UploadQueueDepth);

    public long SpoolBytes => All.Sum(s => s.SpoolBytes);

    /// <summary>How much may wait.</summary>
    public long SpoolCapBytes => All.Sum(s => s.Options.SpoolCapBytes);

    public IEnumerable<ReplicaRoot> Replicas => All.SelectMany(s => s.Replicas);

    public IReadOnlyDictionary<string, long> Resyncs => Sum(All.Select(s => s.Resyncs));

    /// <summary>To all replicas, by operation.</summary>
    public IReadOnlyDictionary<string, long> Requests => Sum(Replicas.Select(r => r.Requests));

    /// <summary>Requests and bytes by kind of replica (<c>file</c>, <c>s3</c>), then by operation.</summary>
    public IEnumerable<(string Kind, Dictionary<string, long> Requests, Dictionary<string, long> Bytes)> TrafficByKind =>
        Replicas.GroupBy(r => r.Kind, StringComparer.Ordinal).Select(kind => (kind.Key, Sum(kind.Select(r => r.Requests)), Sum(kind.Select(r => r.TransferredBytes))));

    /// <summary>The bucket of all of them; null when there is none, or several.</summary>
    public string? Bucket => Replicas.Select(r => r.Bucket).Distinct().ToList() is [var one] ? one : null;

    /// <summary>URL of the one place there is, or several for people.</summary>
    public string ReplicaUrl => string.Join(", ", Replicas.Select(r => r.Url).Distinct(StringComparer.Ordinal));

    /// <summary>The weakest of them.</summary>
    public Fencing Fencing => Replicas.Any(r => r.Fencing == Fencing.Advisory) ? Fencing.Advisory
        : Replicas.All(r => r.Fencing == Fencing.Enforced) ? Fencing.Enforced : Fencing.Unknown;

    /// <summary>A look for each store; null when there is none.</summary>
    public Database? Find(string name)
    {
        foreach (var store in All)
        {
            if (store.Find(name) is { } database)
                return database;
        }
        return null;
    }

    /// <summary>Tells of changes of state in all of them, those that come later, too; to one listener.</summary>
    public void Listen(EventHandler<DatabaseStateChange> listener)
    {
        lock (_changing)
        {
            _listener = listener;
            foreach (var store in _all)
                store.StateChanged += listener;
        }
    }

    public void Add(Store store)
    {
        lock (_changing)
        {
            if (_listener is not null)
                store.StateChanged += _listener;
            Volatile.Write(ref _all, [.. _all, store]);
        }
    }

    public void Remove(Store store)
    {
        lock (_changing)
            Volatile.Write(ref _all, [.. _all.Where(s => s != store)]);
    }

    private static Dictionary<string, long> Sum(IEnumerable<IReadOnlyDictionary<string, long>> counts) =>
        counts.SelectMany(c => c).GroupBy(c => c.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(c => c.Value), StringComparer.Ordinal);
}
