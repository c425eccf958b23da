using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Contract.Views;

/// <summary>A tenant as the API shows it: what its owner said, and what the owner's silence makes of that.</summary>
internal static class TenantView
{
    /// <param name="tenant">From the catalogue.</param>
    /// <param name="liveness">Of its owner.</param>
    public static FleetTenant Of(TenantRecord tenant, string liveness) => new()
    {
        TenantId = tenant.Tenant,
        HostId = tenant.HostId,
        HostLiveness = liveness,
        Health = HealthWords.Of(tenant.Status, ProblemOf(tenant), liveness),
        Status = tenant.Status,
        Reason = tenant.Reason,
        Detail = tenant.Detail,
        Problem = ProblemOf(tenant),
        Since = tenant.Since,
        Epoch = tenant.Epoch,
        Replica = tenant.Replica,
        DatabasePath = tenant.Path,
        UpdatedAt = tenant.UpdatedAt,
        SizeBytes = tenant.SizeBytes,
        PageSize = tenant.PageSize,
        Txid = tenant.Txid,
        ReplicatedTxid = tenant.ReplicatedTxid,
        LastSyncAt = tenant.LastSyncAt,
        LastSnapshotAt = tenant.LastSnapshotAt,
        LastProofAt = tenant.LastProofAt,
        LastDrillAt = tenant.LastDrillAt,
        LastDrillVerdict = tenant.LastDrillVerdict,
        LastDrillPassAt = tenant.LastDrillPassAt,
        DrillSeconds = tenant.DrillSeconds,
        SeenAt = tenant.SeenAt,
        SeenTxid = tenant.SeenTxid,
        BehindSince = tenant.BehindSince,
        LagSeconds = tenant.LagSeconds,
        LagLimitSeconds = tenant.LagLimitSeconds,
        UndoTxid = tenant.UndoTxid,
        UndoUntil = tenant.UndoUntil,
    };

    /// <summary>What its agent says is wrong; if it says that all is well, what the worker says.</summary>
    private static string? ProblemOf(TenantRecord tenant) => tenant.Problem ?? (tenant.BehindSince is null ? null : ProblemWords.NotInReplica);

    /// <summary>From the index of a host's tenants, which repeats a part. Throws <see cref="MalformedItemException"/>.</summary>
    public static FleetTenant OfIndex(Item item, string liveness)
    {
        var read = new ItemReader(item, ItemTypes.Tenant);
        var (status, problem) = (read.Text(TenantItem.Status), read.TextOrNull(TenantItem.Problem));
        return new()
        {
            TenantId = read.GuidOrNull(FleetTable.SortKey) ?? throw read.Fault(FleetTable.SortKey, "a GUID", null),
            HostId = read.After(FleetTable.HostKey, FleetKeys.HostPrefix),
            HostLiveness = liveness,
            Health = HealthWords.Of(status, problem, liveness),
            Status = status,
            Reason = read.TextOrNull(TenantItem.Reason),
            Problem = problem,
            Since = read.Time(TenantItem.Since),
            Epoch = read.Long(TenantItem.Epoch),
        };
    }
}
