using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>Somebody waits until everything committed so far is in the replica. All fields are guarded by the database's lock.</summary>
internal sealed class SyncRequest
{
    /// <summary>Captured is enough: staged in the state directory, on its way to the replica.</summary>
    public bool IsLocal { get; init; }

    public TaskCompletionSource<Txid> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The round that serves it has begun.</summary>
    public bool IsTaken { get; set; }

    /// <summary>That round's last transaction; null until it ended.</summary>
    public Txid? Target { get; set; }
}
