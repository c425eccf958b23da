using Litestream.Cloud.Replicas;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Storage;

namespace Litestream.Cloud.Restores;

/// <summary>What a plan would restore, from the replicas that the catalogue names: a URL that came with the request is its host's to read, not ours.</summary>
internal static class RestorePreview
{
    /// <summary>Each costs a listing of a replica.</summary>
    public const int MostReplicas = 20;

    private const int Parallelism = 8;

    public static async Task<List<RestorePlanStep>> AddAsync(ReplicaShelf replicas, RestoreWish wish, List<RestorePlanStep> steps, CancellationToken stop)
    {
        if (wish.Replica is not null)
            return steps;
        var previewed = steps.ToArray();
        await Parallel.ForAsync(0, Math.Min(previewed.Length, MostReplicas), new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = stop }, async (i, token) =>
        {
            if (previewed[i] is { Code: null, Replica: { } url } step)
                previewed[i] = await LookAsync(replicas, wish, step, url, token);
        });
        return [.. previewed];
    }

    private static async Task<RestorePlanStep> LookAsync(ReplicaShelf replicas, RestoreWish wish, RestorePlanStep step, string url, CancellationToken stop)
    {
        try
        {
            var storage = replicas.Open(url);
            var target = new ChainTarget(wish.Txid is { } txid ? new(Convert.ToUInt64(txid, 16)) : null, wish.Timestamp);
            var chain = ChainPlanner.Choose(await ReplicaListing.ReadAsync(storage, stop), target, storage.Url);
            return step with { Txid = chain[^1].MaxTxid.ToString(), Time = chain[^1].CreatedAt, SizeBytes = chain.Sum(f => f.SizeBytes) };
        }
        catch (StorageException failed) when (!failed.IsMissing)
        {
            return step; // not to be read from here: its host may be able to
        }
        catch (LitestreamException impossible)
        {
            return step with { Code = ProblemCodes.NoSuchPoint, Detail = impossible.Hint is null ? impossible.Message : $"{impossible.Message}; {impossible.Hint}" };
        }
    }
}
