using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>Of several replicas the one that goes furthest, of a dated one its newest day.</summary>
internal static class NewestReplica
{
    private const int MostDays = 366;

    /// <summary>The root of one database's replica, to be disposed of; where there is no backup anywhere, the first one.</summary>
    public static async Task<ReplicaRoot> OpenAsync(
        IReadOnlyList<ReplicaEntry> replicas, AgentEnvironment environment, TimeProvider time, ILogger log, CancellationToken stop)
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
                var (root, txid) = await OfAsync(replica, environment, time, log, stop);
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
        ReplicaEntry replica, AgentEnvironment environment, TimeProvider time, ILogger log, CancellationToken stop)
    {
        var today = DateOnly.FromDateTime(time.GetLocalNow().DateTime);
        for (var back = 0; back < (replica.Location.IsDated ? MostDays : 1); back++)
        {
            var root = (replica with { Location = DatedText.Plain(replica.Location.On(today.AddDays(-back))) }).Open(environment, time, log);
            var newest = default(Txid);
            await foreach (var file in root.Open("").ListAsync(stop))
                newest = Txid.Max(newest, file.MaxTxid);
            if (!newest.IsNone)
                return (root, newest);
            root.Dispose();
        }
        return (replica.Open(environment, time, log), default);
    }
}
