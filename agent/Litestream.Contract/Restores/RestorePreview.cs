using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Storage;

namespace Litestream.Contract.Restores;

/// <summary>What a plan would restore, from the replicas that the catalogue names: a URL that came with the request is its host's to read, not ours.</summary>
internal static class RestorePreview
{
    /// <summary>Each costs a listing of a replica.</summary>
    public const int MostReplicas = 20;

    private const int Parallelism = 8;

    public static async Task<List<RestorePlanStep>> AddAsync(Func<RestorePlanStep, IReplicaStorage> open, RestoreWish wish, List<RestorePlanStep> steps, CancellationToken stop)
    {
        if (wish.Replica is not null)
            return steps;
        var previewed = steps.ToArray();
        await Parallel.ForAsync(0, Math.Min(previewed.Length, MostReplicas), new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = stop }, async (i, token) =>
        {
            if (previewed[i] is { Code: null, Replica: not null } step)
                previewed[i] = await LookAsync(open, wish, step, token);
        });
        return [.. previewed];
    }

    private static async Task<RestorePlanStep> LookAsync(Func<RestorePlanStep, IReplicaStorage> open, RestoreWish wish, RestorePlanStep step, CancellationToken stop)
    {
        try
        {
            var storage = open(step);
            var target = new ChainTarget(wish.Txid is { } txid ? new(Convert.ToUInt64(txid, 16)) : null, wish.Timestamp);
            var files = await ReplicaListing.ReadAsync(storage, stop);
            // As a restore does: a listing knows when a file was uploaded or copied, its header when its transactions were captured.
            if (wish.Timestamp is not null)
                files = await ReplicaListing.WithExactTimesAsync(storage, files, stop);
            var chain = ChainPlanner.Choose(files, target, storage.Url);
            var time = wish.Timestamp is not null ? chain[^1].CreatedAt : (await ReplicaListing.WithExactTimesAsync(storage, [chain[^1]], stop)).FirstOrDefault(chain[^1]).CreatedAt;
            return step with { Txid = chain[^1].MaxTxid.ToString(), Time = time, SizeBytes = chain.Sum(f => f.SizeBytes), Files = chain.Count };
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
