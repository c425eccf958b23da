using Litestream.Ltx;
using Litestream.Replication;

namespace Litestream;

/// <summary>One replicated database (in a fleet: one tenant), as an embedder sees it. Members are safe to call from any thread.</summary>
public sealed class Database
{
    internal Database(ReplicatedDatabase state) => State = state;

    /// <summary>Name below the replica's <c>databases/</c>.</summary>
    public string Name => State.Name;

    /// <summary>Absolute path of the file.</summary>
    public string Path => State.Path;

    internal ReplicatedDatabase State { get; }

    /// <summary>Tells that something was seen of its files. Returns at once; thousands a second are fine.</summary>
    public void Notice(FileEvent seen) => State.Notice(seen);

    /// <summary>As it stands now.</summary>
    public DatabaseSnapshot Snapshot() => State.Snapshot();

    /// <summary>Stops replication after what was captured is published; the state survives restarts.</summary>
    public void Pause() => State.SetPaused(true);

    /// <summary>Ends a pause.</summary>
    public void Resume() => State.SetPaused(false);

    /// <summary>
    /// Completes when everything committed before the call is in the replica; answers the transaction id that holds it. Throws
    /// <see cref="LitestreamException"/> when the database is paused or stopped.
    /// </summary>
    public Task<Txid> SyncAsync(CancellationToken cancellationToken) => State.SyncAsync(cancellationToken);
}
