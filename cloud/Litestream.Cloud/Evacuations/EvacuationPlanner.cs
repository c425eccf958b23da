using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Cloud.Evacuations;

/// <summary>
/// Which host takes which tenant. The largest first, each to the target that is filled least by then, so that the large ones find room and many small ones spread. Pure: what is known in, steps out.
/// </summary>
internal static class EvacuationPlanner
{
    /// <summary>A tenant costs more than its bytes: a thousand of a page are no small thing for the host that has them.</summary>
    private const long TenantWeight = 1 << 20;

    /// <param name="wish">What is asked for.</param>
    /// <param name="wanted">The tenants, in the order of the answer.</param>
    /// <param name="tenants">Those that the catalogue knows.</param>
    /// <param name="targets">Digests of the hosts that take them: each is heard of.</param>
    /// <param name="hasMore">The host has others beside those.</param>
    public static EvacuationPlan Plan(
        EvacuationWish wish, IReadOnlyList<Guid> wanted, IReadOnlyDictionary<Guid, TenantRecord> tenants, IReadOnlyList<HostDigest> targets, bool hasMore)
    {
        var steps = wanted.ToDictionary(id => id, id => Step(wish, id, tenants.GetValueOrDefault(id)));
        var loads = targets.Select(t => new Load(t)).ToList();
        foreach (var step in steps.Values.Where(s => s.Code is null).OrderByDescending(s => s.SizeBytes).ThenBy(s => s.TenantId).ToList())
        {
            var best = loads.Where(l => l.Has(step.SizeBytes)).OrderBy(l => l.FilledWith(step.SizeBytes)).ThenBy(l => l.Count).FirstOrDefault();
            best?.Add(step.SizeBytes);
            steps[step.TenantId] = best is null
                ? step with { Code = ProblemCodes.NoRoom, Detail = $"{step.TenantId} has {step.SizeBytes} bytes, and none of {string.Join(", ", wish.To)} has that much room left" }
                : step with { ToHost = best.Host.HostId };
        }
        return new()
        {
            From = wish.From,
            Targets = [.. loads.Select(l => new EvacuationTarget { HostId = l.Host.HostId, Tenants = l.Count, Bytes = l.Bytes, DiskFreeBytes = l.Host.DiskFreeBytes })],
            Items = [.. wanted.Select(id => steps[id])],
            Total = steps.Count,
            Refused = steps.Values.Count(s => s.Code is not null),
            Bytes = loads.Sum(l => l.Bytes),
            HasMore = hasMore,
        };
    }

    private static EvacuationStep Step(EvacuationWish wish, Guid id, TenantRecord? tenant)
    {
        var (code, detail) = WhyNot(wish, id, tenant);
        return new() { TenantId = id, SizeBytes = tenant?.SizeBytes ?? 0, Epoch = tenant?.Epoch ?? 0, ReplicatedTxid = tenant?.ReplicatedTxid, Code = code, Detail = detail };
    }

    private static (string? Code, string? Detail) WhyNot(EvacuationWish wish, Guid id, TenantRecord? tenant) => tenant switch
    {
        null => (ProblemCodes.UnknownTenant, $"no tenant {id} is in the catalogue"),
        _ when tenant.HostId != wish.From => (ProblemCodes.BadArgument, $"{id} is {(tenant.HostId is { } owner ? $"host {owner}'s" : "nobody's")}, not {wish.From}'s"),
        { ReplicatedTxid: null } or { Epoch: 0 } => (ProblemCodes.NoSuchPoint, $"{wish.From} never said that anything of {id} is in a replica: it is on that host's disk only"),
        _ => (null, null),
    };

    /// <summary>A target while it is filled.</summary>
    private sealed class Load(HostDigest host)
    {
        public HostDigest Host => host;

        public int Count { get; private set; }

        public long Bytes { get; private set; }

        /// <summary>A host that does not say how much room it has takes nothing.</summary>
        public bool Has(long bytes) => host.DiskFreeBytes - Bytes >= bytes;

        public double FilledWith(long bytes) => (Bytes + bytes + ((Count + 1) * TenantWeight)) / (double)Math.Max(1, host.DiskFreeBytes ?? 0);

        public void Add(long bytes) => (Count, Bytes) = (Count + 1, Bytes + bytes);
    }
}
