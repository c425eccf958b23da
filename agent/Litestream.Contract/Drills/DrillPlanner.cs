using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Contract.Drills;

/// <summary>Decides, for each tenant, which host tries its backup, or why nobody can. Pure: what is known in, steps out, in the order of the wish.</summary>
internal static class DrillPlanner
{
    public static List<RestorePlanStep> Plan(
        IEnumerable<Guid> wanted, IReadOnlyDictionary<Guid, TenantRecord> tenants, IReadOnlyDictionary<string, HostDigest> hosts, DateTimeOffset now) =>
        [.. wanted.Select(id => Step(id, tenants.GetValueOrDefault(id), hosts, now))];

    private static RestorePlanStep Step(Guid id, TenantRecord? tenant, IReadOnlyDictionary<string, HostDigest> hosts, DateTimeOffset now)
    {
        var liveness = tenant?.HostId is { } host ? LivenessWords.Of(hosts.GetValueOrDefault(host), now) : null;
        var (code, detail) = WhyNot(id, tenant, liveness);
        return new()
        {
            TenantId = id,
            HostId = tenant?.HostId,
            HostLiveness = liveness,
            Replica = tenant?.Replica,
            SizeBytes = tenant is { SizeBytes: > 0 } ? tenant.SizeBytes : null,
            Code = code,
            Detail = detail,
        };
    }

    private static (string? Code, string? Detail) WhyNot(Guid id, TenantRecord? tenant, string? liveness) => (tenant, liveness) switch
    {
        (null, _) => (ProblemCodes.UnknownTenant, $"no tenant {id} is in the catalogue"),
        ({ HostId: null }, _) => (ProblemCodes.BadArgument, $"{id} is nobody's: no host would drill it; the fleet's worker does"),
        (_, LivenessWords.Live or LivenessWords.Late) => (null, null),
        _ => (ProblemCodes.HostAway, $"{tenant.HostId} is {liveness}: nobody there would begin; the fleet's worker drills its tenants without it"),
    };
}
