namespace Litestream.Replication;

/// <summary>A database is leaving the store.</summary>
/// <param name="replicas">How many replicas must be done with it.</param>
internal sealed class DatabaseExit(int replicas)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private uint _isDone;

    /// <summary>Nothing is open any more, and nothing waits to be published.</summary>
    public Task Done => _done.Task;

    /// <summary>The capture lane has closed the database.</summary>
    public bool IsClosed { get; set; }

    /// <summary>It left with something that could not be captured.</summary>
    public bool IsIncomplete { get; set; }

    /// <summary>This replica has what it can get. True when it was the last one.</summary>
    public bool Complete(ReplicaPlace replica) =>
        uint.PopCount(Interlocked.Or(ref _isDone, replica.Bit) | replica.Bit) == replicas && _done.TrySetResult();
}
