namespace Litestream.Replication;

/// <summary>Somebody wants a live check now, from the first page on.</summary>
internal sealed class LiveCheckRequest
{
    /// <summary>How many pages differed.</summary>
    public TaskCompletionSource<int> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Nobody waits for it any more: it is the next one's turn.</summary>
    public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Owned by the capture lane.</summary>
    public bool IsBegun { get; set; }
}
