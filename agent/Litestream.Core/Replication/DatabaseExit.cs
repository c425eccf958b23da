namespace Litestream.Replication;

/// <summary>A database is leaving the store.</summary>
internal sealed class DatabaseExit
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Nothing is open any more, and nothing waits to be published.</summary>
    public Task Done => _done.Task;

    /// <summary>The capture lane has closed the database.</summary>
    public bool IsClosed { get; set; }

    /// <summary>It left with something that could not be captured.</summary>
    public bool IsIncomplete { get; set; }

    public void Complete() => _done.TrySetResult();
}
