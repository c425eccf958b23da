using Litestream.Fleet.Api;
using Litestream.Http;
using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Contract.Timelines;

/// <summary>Which states of a tenant can be restored: as its replica says, not as anybody's books do.</summary>
internal static class TimelineReader
{
    /// <summary>Without labels and drills, which are whoever's who asks. Throws <see cref="ProblemException"/> when the replica cannot be read.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="url">Of the replica, without secrets.</param>
    /// <param name="open">Opens it; may throw <see cref="LitestreamException"/>.</param>
    /// <param name="query">Which page.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task<Timeline> ReadAsync(Guid tenant, string url, Func<IReplicaStorage> open, TimelineQuery query, CancellationToken stop)
    {
        var (points, page, next) = await ListAsync(url, open, query, stop);
        return new()
        {
            TenantId = tenant,
            Replica = url,
            Ranges = TimelineReading.Ranges(points),
            Points = [.. page.Select(TimelineReading.Point)],
            NextCursor = next?.ToString(),
            Labels = [],
            Drills = [],
        };
    }

    /// <summary>All points, ascending; the page of them, the newest first; and behind which the next one begins, whatever retention took out of this one meanwhile.</summary>
    private static async Task<(IReadOnlyList<LtxFile> Points, IReadOnlyList<LtxFile> Page, Txid? Next)> ListAsync(string url, Func<IReplicaStorage> open, TimelineQuery query, CancellationToken stop)
    {
        try
        {
            var storage = open();
            var points = RestorablePoints.Of(await ReplicaListing.ReadAsync(storage, stop));
            var page = points.Where(p => query.Before is not { } before || p.MaxTxid < before).Reverse().Take(query.Limit).ToList();
            var next = page.Count == query.Limit && page[^1].MaxTxid > points[0].MaxTxid ? page[^1].MaxTxid : (Txid?)null;
            return (points, query.IsExact ? await ReplicaListing.WithExactTimesAsync(storage, page, stop) : page, next);
        }
        catch (StorageException failed) when (failed.IsMissing)
        {
            return ([], [], null);
        }
        catch (LitestreamException failed)
        {
            throw new ProblemException(ContractProblems.ReplicaUnavailable(url, failed.Message));
        }
    }
}
