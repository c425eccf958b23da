using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Contract.Restores;

/// <summary>About how long a restore takes, from restores that were measured. Pure.</summary>
internal static class RestoreEstimate
{
    /// <summary>What nobody measured has none.</summary>
    public static List<RestorePlanStep> Add(IReadOnlyList<RestorePlanStep> steps, IReadOnlyDictionary<Guid, TenantRecord> tenants, DrillCoverage? coverage) =>
        [.. steps.Select(step => step with { Seconds = step.Code is null && step.SizeBytes is { } read ? SecondsOf(tenants.GetValueOrDefault(step.TenantId), coverage, read) : null })];

    /// <param name="tenant">Its own last drill counts first, by how much larger it is now.</param>
    /// <param name="coverage">Drills of all; even the smallest takes what half of them take.</param>
    /// <param name="read">Bytes of the files that would be read.</param>
    private static double? SecondsOf(TenantRecord? tenant, DrillCoverage? coverage, long read)
    {
        var bytes = Math.Max(tenant?.SizeBytes ?? 0, read);
        if (tenant is { DrillSeconds: > 0 and var seconds, DrillBytes: > 0 and var drilled })
            return Rounded(seconds * Math.Max(1, (double)bytes / drilled));
        return coverage is { BytesPerSecond: > 0 } ? Rounded(Math.Max(coverage.P50Seconds, bytes / coverage.BytesPerSecond)) : null;
    }

    private static double Rounded(double seconds) => Math.Round(seconds, 1, MidpointRounding.ToPositiveInfinity);
}
