using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>Of several replicas the one that goes furthest, of a dated one its newest day.</summary>
internal static class NewestReplica
{
    /// <summary>The root of one database's replica, to be disposed of; where there is no backup anywhere, the first one.</summary>
    /// <param name="before">Of a dated one the newest day that has something from before this moment; null: that has something.</param>
    public static async Task<ReplicaRoot> OpenAsync(
        IReadOnlyList<ReplicaEntry> replicas, DateTimeOffset? before, AgentEnvironment environment, TimeProvider time, ILogger log, CancellationToken stop)
    {
        if (replicas is [{ Location.IsDated: false } only])
            return only.Open(environment, time, log);
        ReplicaRoot? best = null;
        var newest = default(Txid);
        StorageException? unreachable = null;
        foreach (var replica in replicas)
        {
            try
            {
                var (root, txid) = await OfAsync(replica, before, environment, time, log, stop);
                if (best is null || txid > newest)
                {
                    best?.Dispose();
                    (best, newest) = (root, txid);
                }
                else
                    root.Dispose();
            }
            catch (StorageException error)
            {
                // One place that is away is what the others are for.
                unreachable = error;
            }
        }
        return best ?? throw unreachable!;
    }

    private static async Task<(ReplicaRoot Root, Txid Newest)> OfAsync(
        ReplicaEntry replica, DateTimeOffset? before, AgentEnvironment environment, TimeProvider time, ILogger log, CancellationToken stop)
    {
        var root = await OpenDayAsync(replica, before, environment, time, log, stop);
        try
        {
            var newest = default(Txid);
            await foreach (var file in root.Open("").ListAsync(stop))
                newest = Txid.Max(newest, file.MaxTxid);
            return (root, newest);
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    private static async Task<ReplicaRoot> OpenDayAsync(
        ReplicaEntry replica, DateTimeOffset? before, AgentEnvironment environment, TimeProvider time, ILogger log, CancellationToken stop)
    {
        var root = replica.Open(environment, time, log);
        if (root.Days is null)
            return root;
        using (root)
        {
            var day = await root.FindNewestDayAsync("", after: null, before, stop);
            return replica.On(day ?? DateOnly.FromDateTime(time.GetLocalNow().DateTime)).Open(environment, time, log);
        }
    }
}
