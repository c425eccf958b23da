namespace Litestream.Storage;

/// <summary>Requests to a replica by operation, counted from any thread.</summary>
/// <param name="total">Counts them, too: those of a database are part of its replica's.</param>
internal sealed class RequestCounters(RequestCounters? total = null)
{
    private long _put;
    private long _get;
    private long _list;
    private long _delete;
    private long _putBytes;
    private long _getBytes;

    public void Count(StorageOperation operation)
    {
        switch (operation)
        {
            case StorageOperation.Put:
                Interlocked.Increment(ref _put);
                break;
            case StorageOperation.Get:
                Interlocked.Increment(ref _get);
                break;
            case StorageOperation.List:
                Interlocked.Increment(ref _list);
                break;
            default:
                Interlocked.Increment(ref _delete);
                break;
        }
        total?.Count(operation);
    }

    /// <summary>What such a request moved, once it has succeeded.</summary>
    public void CountBytes(StorageOperation operation, long bytes)
    {
        Interlocked.Add(ref operation == StorageOperation.Put ? ref _putBytes : ref _getBytes, bytes);
        total?.CountBytes(operation, bytes);
    }

    /// <summary>Bytes now, by operation.</summary>
    public IReadOnlyDictionary<string, long> ReadBytes() => new Dictionary<string, long>
    {
        ["PUT"] = Interlocked.Read(ref _putBytes),
        ["GET"] = Interlocked.Read(ref _getBytes),
    };

    /// <summary>The counts now, under the names that the metrics use.</summary>
    public IReadOnlyDictionary<string, long> Read() => new Dictionary<string, long>
    {
        ["PUT"] = Interlocked.Read(ref _put),
        ["GET"] = Interlocked.Read(ref _get),
        ["LIST"] = Interlocked.Read(ref _list),
        ["DELETE"] = Interlocked.Read(ref _delete),
    };
}
