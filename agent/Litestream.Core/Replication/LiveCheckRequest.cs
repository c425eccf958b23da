namespace Litestream.Replication;

/// <summary>Somebody wants a live check now, from the first page on.</summary>
internal sealed class LiveCheckRequest
{
    /// <summary>How many pages differed.</summary>
    public TaskCompletionSource<int> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Owned by the capture lane.</summary>
    public bool IsBegun { get; set; }
}
