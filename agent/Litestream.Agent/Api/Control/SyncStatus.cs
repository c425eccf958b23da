namespace Litestream.Agent.Api.Control;

/// <summary>
/// One database of <c>/debug/sync-status</c>, in the fields that Litestream's readers know. There is no executor that databases queue for here: these
/// three are always nothing.
/// </summary>
internal sealed record SyncStatus
{
    public required string Path { get; init; }

    /// <summary>Connections are open, or something waits for the replica.</summary>
    public required bool Active { get; init; }

    /// <summary><c>capture</c>, <c>publish</c>, or <c>idle</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>One of the words that <c>status</c> has: active, waiting, paused, error, split-brain, lost.</summary>
    public required string Phase { get; init; }

    /// <summary>Since when something waits; null when nothing does.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>When something was last published.</summary>
    public required DateTimeOffset? UpdatedAt { get; init; }

    public required double ElapsedSeconds { get; init; }

    public required ulong Txid { get; init; }

    /// <summary>Of the file on disk, in bytes.</summary>
    public required long WalSize { get; init; }

    /// <summary>How far it is captured, in bytes.</summary>
    public required long LastSyncedWalOffset { get; init; }

    /// <summary>The first copy is being made or sent.</summary>
    public required bool Snapshotting { get; init; }

    /// <summary>Checkpoints never wait here, so there is one kind.</summary>
    public string CheckpointMode { get; } = "PASSIVE";

    public required string? Reason { get; init; }

    public required string? Error { get; init; }

    public int ExecutorWaiterCount { get; }

    public DateTimeOffset? ExecutorWaitStartedAt { get; }

    public double ExecutorWaitSeconds { get; }
}
