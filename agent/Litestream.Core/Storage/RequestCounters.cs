namespace Litestream.Storage;

/// <summary>Requests to a replica by operation, counted from any thread.</summary>
internal sealed class RequestCounters
{
    private long _put;
    private long _get;
    private long _list;
    private long _delete;

    public void Put() => Interlocked.Increment(ref _put);

    public void Get() => Interlocked.Increment(ref _get);

    public void List() => Interlocked.Increment(ref _list);

    public void Delete() => Interlocked.Increment(ref _delete);

    /// <summary>The counts now, under the names that the metrics use.</summary>
    public IReadOnlyDictionary<string, long> Read() => new Dictionary<string, long>
    {
        ["PUT"] = Interlocked.Read(ref _put),
        ["GET"] = Interlocked.Read(ref _get),
        ["LIST"] = Interlocked.Read(ref _list),
        ["DELETE"] = Interlocked.Read(ref _delete),
    };
}
