using Litestream.Cloud.Replicas;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Cloud.Drills;

/// <summary>
/// The independent look: the newest object of a tenant beside what its agent says is there. A difference beyond the objective is a problem though the agent says
/// that all is well; nobody but the worker writes or settles it. What said nothing new since the last look is not asked for again: an idle tenant costs no request.
/// </summary>
internal sealed class ReplicaLook(CloudContext context, ReplicaShelf replicas)
{
    /// <summary>True when less is there than was said.</summary>
    /// <param name="tenant">As read before anything below was.</param>
    /// <param name="restored">What a drill found there just now; null: nobody looked yet.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<bool> RunAsync(TenantRecord tenant, string? restored, CancellationToken stop)
    {
        var now = ItemTime.Rounded(context.Time.GetUtcNow());
        var claimed = ClaimedState.Of(tenant, now);
        // A restore goes to the newest that connects; whether there is more a listing tells.
        var isEnough = restored is not null && (claimed is null || !ClaimedState.IsBehind(restored, claimed));
        if (restored is null && !ClaimedState.IsNews(tenant, claimed))
        {
            if (tenant.VisitedSince is null)
                await WriteAsync(TenantItem.Seen(tenant, tenant.SeenTxid, tenant.BehindSince, now), stop);
            return tenant.BehindSince is not null;
        }
        var newest = isEnough ? null : await NewestAsync(tenant.Replica, stop);
        if (!isEnough && newest is null)
            return tenant.BehindSince is not null; // nobody can say
        var seen = isEnough ? restored : newest!.Value.Txid;
        var behindSince = claimed is not null && ClaimedState.IsBehind(seen, claimed) ? tenant.BehindSince ?? now : (DateTimeOffset?)null;
        await TellAsync(tenant, claimed, seen, newest?.Time, behindSince, now, stop);
        if (seen != tenant.SeenTxid || behindSince != tenant.BehindSince || tenant.VisitedSince is null)
            await WriteAsync(TenantItem.Seen(tenant, seen, behindSince, now), stop);
        return behindSince is not null;
    }

    private async Task TellAsync(TenantRecord tenant, string? claimed, string? seen, DateTimeOffset? time, DateTimeOffset? behindSince, DateTimeOffset now, CancellationToken stop)
    {
        if (behindSince is { } since)
        {
            context.Log.BehindClaim(tenant.Tenant, tenant.HostId ?? "nobody", claimed!, tenant.Replica, seen ?? "nothing");
            await WriteAsync(LookItem.Put(new()
            {
                Tenant = tenant.Tenant,
                HostId = tenant.HostId,
                At = now,
                Since = since,
                ClaimedTxid = claimed!,
                ClaimedAt = tenant.UpdatedAt,
                SeenTxid = seen,
                SeenTime = time,
                Replica = tenant.Replica,
            }), stop);
        }
        else if (tenant.BehindSince is not null)
        {
            await WriteAsync(LookItem.Settle(tenant.Tenant, now), stop);
        }
    }

    /// <summary>No transaction: nothing is there. Null: it cannot be told from here.</summary>
    private async Task<(string? Txid, DateTimeOffset? Time)?> NewestAsync(string url, CancellationToken stop)
    {
        try
        {
            if (!replicas.IsInReach(url))
                return null;
            LtxFile? newest = null;
            await foreach (var file in replicas.Open(url).ListAsync(stop))
                newest = newest is { } best && best.MaxTxid >= file.MaxTxid ? newest : file;
            return (newest?.MaxTxid.ToString(), newest?.CreatedAt);
        }
        catch (StorageException nothing) when (nothing.IsMissing)
        {
            return (null, null);
        }
        catch (LitestreamException failed)
        {
            context.Log.LookFailed(url, failed.Message);
            return null;
        }
    }

    private async Task WriteAsync(ItemUpdate update, CancellationToken stop)
    {
        try
        {
            await context.Table.WriteAsync(update, stop);
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            // Somebody deleted the tenant, or a later look is there.
        }
    }
}
