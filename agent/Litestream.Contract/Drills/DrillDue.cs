using Litestream.Fleet.Items;

namespace Litestream.Contract.Drills;

/// <summary>When a tenant's backup is tried again. Pure.</summary>
internal static class DrillDue
{
    /// <param name="tenant">As the catalogue has it.</param>
    /// <param name="within">Every tenant is proven within this.</param>
    /// <param name="visitEvery">How often somebody asks.</param>
    /// <param name="now">The worker's clock.</param>
    public static bool IsDue(TenantRecord tenant, TimeSpan within, TimeSpan visitEvery, DateTimeOffset now)
    {
        if (tenant.ReplicatedTxid is null)
            return false; // nothing is there that could be restored
        if (tenant.LastDrillAt is not { } last)
            return true;
        // What did not pass is tried at each visit, unless somebody did just now.
        if (tenant.LastDrillVerdict != ProofVerdicts.Pass)
            return now - last >= visitEvery / 2;
        return now - (tenant.LastDrillPassAt ?? last) >= Age(tenant.Tenant, within - visitEvery);
    }

    /// <summary>Not long without a proof, or not known for that long.</summary>
    public static bool IsUnproven(TenantRecord tenant, TimeSpan within, DateTimeOffset now) =>
        tenant.ReplicatedTxid is not null && now - (tenant.LastDrillPassAt ?? tenant.VisitedSince ?? now) > within;

    /// <summary>Three quarters to the whole of the time: tenants that came on one day are not all drilled on one day for ever.</summary>
    private static TimeSpan Age(Guid tenant, TimeSpan most) => most * (0.75 + (0.25 * tenant.ToByteArray()[14] / 255));
}
