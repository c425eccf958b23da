using Litestream.Cloud.Access;
using Litestream.Cloud.Replicas;
using Litestream.Cloud.Restores;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;
using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Cloud.Api;

/// <summary><c>/api/tenants/{guid}/timeline</c>: which states of a tenant can be restored, as its replica says, not as its agent does.</summary>
internal static class TimelineEndpoints
{
    private const int DefaultLimit = 500;
    private const int LargestLimit = 5000;

    /// <summary>Each costs a read of the replica.</summary>
    private const int LargestExactLimit = 100;

    private const int MostDrills = 100;

    public static void Map(IEndpointRouteBuilder routes, CloudContext context, ReplicaShelf replicas) =>
        routes.MapGet("/api/tenants/{id}/timeline", (HttpRequest request, string id, CancellationToken stop) => GetAsync(context, replicas, request.Query, id, stop)).Needs(ScopeWords.Read);

    private static async Task<IResult> GetAsync(CloudContext context, ReplicaShelf replicas, IQueryCollection query, string id, CancellationToken stop)
    {
        QueryText.Know(query, "limit", "cursor", "exact");
        var isExact = QueryText.Flag(query, "exact");
        var limit = QueryText.Number(query, "limit", isExact ? LargestExactLimit : DefaultLimit, isExact ? LargestExactLimit : LargestLimit);
        var before = QueryText.Text(query, "cursor") is { } cursor ? new Txid(Convert.ToUInt64(RestoreWish.TxidOf(cursor), 16)) : (Txid?)null;
        var tenant = await TenantEndpoints.FindAsync(context, id, stop);
        var (points, page) = await ListAsync(replicas, tenant, before, limit, isExact, stop);
        return new ReadAnswer<Timeline>(new()
        {
            TenantId = tenant.Tenant,
            Replica = tenant.Replica,
            Ranges = TimelineReading.Ranges(points),
            Points = [.. page.Select(TimelineReading.Point)],
            NextCursor = page.Count == limit && page[^1].MaxTxid > points[0].MaxTxid ? page[^1].MaxTxid.ToString() : null,
            Labels = tenant is { UndoTxid: { } txid, UndoUntil: { } until } && until > context.Time.GetUtcNow() ? [new(txid, until, IsUndo: true)] : [],
            Drills = await DrillsAsync(context, tenant.Tenant, stop),
        }, FleetJson.Default.Timeline);
    }

    /// <summary>All points, ascending, and the page of them, the newest first.</summary>
    private static async Task<(IReadOnlyList<LtxFile> Points, IReadOnlyList<LtxFile> Page)> ListAsync(
        ReplicaShelf replicas, TenantRecord tenant, Txid? before, int limit, bool isExact, CancellationToken stop)
    {
        try
        {
            var storage = replicas.Open(tenant.Replica);
            var points = RestorablePoints.Of(await ReplicaListing.ReadAsync(storage, stop));
            var page = points.Where(p => before is null || p.MaxTxid < before).Reverse().Take(limit).ToList();
            return (points, isExact ? await ReplicaListing.WithExactTimesAsync(storage, page, stop) : page);
        }
        catch (StorageException failed) when (failed.IsMissing)
        {
            return ([], []);
        }
        catch (LitestreamException failed)
        {
            throw new ProblemException(CloudProblems.ReplicaUnavailable(tenant.Replica, failed.Message));
        }
    }

    private static async Task<IReadOnlyList<TenantDrill>> DrillsAsync(CloudContext context, Guid tenant, CancellationToken stop)
    {
        var (items, _) = await context.Reads.QueryAsync(ItemQuery.Proofs(tenant), MostDrills, null, stop);
        return [.. context.Reads.Readable(items, ProofItem.Read).Select(Of)];
    }

    private static TenantDrill Of(ProofRecord proof) => new()
    {
        TenantId = proof.Tenant,
        At = proof.At,
        Verdict = proof.Verdict,
        By = proof.By,
        CommandId = proof.Command?.ToString(),
        Txid = proof.Txid,
        Seconds = proof.Seconds,
        Bytes = proof.Bytes,
        Checks = proof.Checks?.Split(',') ?? [],
        Detail = proof.Detail,
        Evidence = proof.Evidence,
    };
}
