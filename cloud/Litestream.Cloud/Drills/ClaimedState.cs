using System.Globalization;
using Litestream.Fleet.Items;

namespace Litestream.Cloud.Drills;

/// <summary>What an agent says is in a replica, and whether it is. Pure.</summary>
internal static class ClaimedState
{
    /// <summary>Where a tenant's item names no objective.</summary>
    private static readonly TimeSpan UsualLimit = TimeSpan.FromMinutes(5);

    /// <summary>The newest transaction that must be in the replica by now; null: none, or what its agent said is too young to be held against it.</summary>
    public static string? Of(TenantRecord tenant, DateTimeOffset now)
    {
        var limit = tenant.LagLimitSeconds > 0 ? TimeSpan.FromSeconds(tenant.LagLimitSeconds) : UsualLimit;
        if (now - tenant.UpdatedAt <= limit)
            return null;
        // Captured by then, and an agent that is well had the objective's time to bring it there. One that says it is not is believed.
        var captured = tenant is { Status: Fleet.StatusWords.Active, Problem: null } && tenant.LagSeconds <= limit.TotalSeconds ? tenant.Txid : null;
        return Later(captured, tenant.ReplicatedTxid);
    }

    /// <summary>TXIDs of 16 digits sort as texts.</summary>
    public static bool IsBehind(string? seen, string claimed) => string.CompareOrdinal(seen, claimed) < 0;

    /// <summary>Whether a look is worth its request: something was said that was not found yet.</summary>
    public static bool IsNews(TenantRecord tenant, string? claimed) => claimed is not null && (tenant.SeenTxid is null || tenant.BehindSince is not null || IsBehind(tenant.SeenTxid, claimed));

    private static string? Later(string? a, string? b) => string.CompareOrdinal(a, b) >= 0 ? a : b;
}
