namespace Litestream.Replication;

/// <summary>Somebody wants upkeep of a replica now that would fall due later. Owned by the replica's lane once it is asked.</summary>
/// <param name="Snapshot">An image of the newest state.</param>
/// <param name="Retention">Deletion of what retention does not keep.</param>
internal sealed record UpkeepRequest(bool Snapshot, bool Retention)
{
    /// <summary>One for all who joined.</summary>
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
