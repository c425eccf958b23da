using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream;

/// <summary>
/// The databases of one process and everything they share: books, workers, timer wheel, upload gate.
/// Opens nothing by itself: who watches directories registers what it finds and passes on what it sees.
/// </summary>
public sealed class Store : IAsyncDisposable
{
    /// <summary>Opens the state directory (and locks it against a second store) and the books. Throws <see cref="LitestreamException"/>.</summary>
    public static Store Open(StoreOptions options, ReplicaRoot replica, TimeProvider time, ILoggerFactory logging) => throw new NotImplementedException();

    public StoreOptions Options => throw new NotImplementedException();

    public ReplicaRoot Replica => throw new NotImplementedException();

    /// <summary>Every registered database, in no particular order. A live view, safe to enumerate.</summary>
    public IEnumerable<Database> Databases => throw new NotImplementedException();

    public int Count => throw new NotImplementedException();

    /// <summary>Databases with open connections now.</summary>
    public int HotCount => throw new NotImplementedException();

    /// <summary>Captured files that wait to be published.</summary>
    public int UploadQueueDepth => throw new NotImplementedException();

    /// <summary>Bytes of captured files that wait to be published.</summary>
    public long SpoolBytes => throw new NotImplementedException();

    /// <summary>Resyncs since start by reason.</summary>
    public IReadOnlyDictionary<string, long> Resyncs => throw new NotImplementedException();

    /// <summary>The path that the books know for a name, from an earlier run; null when the name is new. Tells the first of two files of one name.</summary>
    public string? KnownPath(string name) => throw new NotImplementedException(name);

    /// <summary>
    /// Registers a database and schedules its first look. Does no I/O on the file. Registering the same name and path
    /// again answers the database that is there. Throws <see cref="LitestreamException"/> when the name belongs to another path.
    /// </summary>
    /// <param name="path">Absolute path of the file; it need not exist yet.</param>
    /// <param name="name">Name below <c>databases/</c> of the replica.</param>
    public Database Register(string path, string name) => throw new NotImplementedException(path + name);

    /// <summary>O(1); null when there is none.</summary>
    public Database? Find(string name) => throw new NotImplementedException(name);

    /// <summary>
    /// Captures what is left of it, publishes, closes, and forgets it; the replica is kept. Completes when nothing of it is open any more.
    /// For a database whose file was deleted this is where its leftovers (<c>-wal</c>, <c>-shm</c>) are handled.
    /// </summary>
    public Task UnregisterAsync(Database database, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Takes no new work, syncs every dirty database, closes all. What is not done when the token fires stays for the next start.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
