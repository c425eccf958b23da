using Litestream.Cloud.Access;
using Litestream.Cloud.Replicas;
using Litestream.Contract.Access;
using Litestream.Contract.Timelines;
using Litestream.Contract.Views;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Cloud.Api;

/// <summary><c>/api/tenants/{guid}/timeline</c>: which states of a tenant can be restored, as its replica says, not as its agent does.</summary>
internal static class TimelineEndpoints
{
    private const int MostDrills = 100;

    public static void Map(IEndpointRouteBuilder routes, CloudContext context, ReplicaShelf replicas) =>
        routes.MapGet("/api/tenants/{id}/timeline", (HttpRequest request, string id, CancellationToken stop) => GetAsync(context, replicas, request.Query, id, stop)).Needs(ScopeWords.Read);

    private static async Task<IResult> GetAsync(CloudContext context, ReplicaShelf replicas, IQueryCollection query, string id, CancellationToken stop)
    {
        var page = TimelineQuery.Read(query);
        var tenant = await TenantEndpoints.FindAsync(context, id, stop);
        var timeline = await TimelineReader.ReadAsync(tenant.Tenant, tenant.Replica, () => replicas.Open(tenant.Replica), page, stop);
        return new ReadAnswer<Timeline>(timeline with
        {
            Labels = tenant is { UndoTxid: { } txid, UndoUntil: { } until } && until > context.Time.GetUtcNow() ? [new(txid, until, IsUndo: true)] : [],
            Drills = await DrillsAsync(context, tenant.Tenant, stop),
        }, FleetJson.Default.Timeline);
    }

    private static async Task<IReadOnlyList<TenantDrill>> DrillsAsync(CloudContext context, Guid tenant, CancellationToken stop)
    {
        var (items, _) = await context.Reads.QueryAsync(ItemQuery.Proofs(tenant), MostDrills, null, stop);
        return [.. context.Reads.Readable(items, ProofItem.Read).Select(DrillView.Of)];
    }
}
