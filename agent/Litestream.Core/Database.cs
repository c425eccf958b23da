using Litestream.Ltx;

namespace Litestream;

/// <summary>One replicated database (in a fleet: one tenant). Members are safe to call from any thread.</summary>
public sealed class Database
{
    /// <summary>Name below the replica's <c>databases/</c>.</summary>
    public string Name => throw new NotImplementedException();

    /// <summary>Absolute path of the file.</summary>
    public string Path => throw new NotImplementedException();

    /// <summary>Tells that something was seen of its files. Returns at once; thousands a second are fine.</summary>
    public void Notice(FileEvent seen) => throw new NotImplementedException();

    /// <summary>As it stands now.</summary>
    public DatabaseSnapshot Snapshot() => throw new NotImplementedException();

    /// <summary>Stops replication after what was captured is published; the state survives restarts.</summary>
    public void Pause() => throw new NotImplementedException();

    /// <summary>Ends a pause.</summary>
    public void Resume() => throw new NotImplementedException();

    /// <summary>Completes when everything committed before the call is in the replica; answers the transaction id that holds it.</summary>
    public Task<Txid> SyncAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}
