using Litestream.Storage;

namespace Litestream.Agent;

/// <summary>Asks a replica whether it can be used. What somebody must mend is an error; a store that does not answer now is not: capturing needs none.</summary>
internal static class ReplicaCheck
{
    /// <summary>A store that takes longer to answer is waited for while the agent works.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(ReplicaRoot replica, ILogger logger, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            await replica.CheckAsync(patience.Token);
        }
        catch (StorageException error) when (error.Fault == StorageFault.Transient)
        {
            logger.StoreIsAway(replica.Url, error.Message);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            logger.StoreIsAway(replica.Url, $"no answer within {Patience.TotalSeconds:0} s");
        }
    }
}
