using Litestream.Cloud.Access;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Cloud.Api;

/// <summary><c>/api/problems</c>: whatever is wrong, the worst first; before it, on the first page, the hosts that are not heard of.</summary>
internal static class ProblemEndpoints
{
    private const string List = "problems";
    private const int DefaultLimit = 100;
    private const int LargestLimit = 500;
    private const int HostsAPage = 1000;

    public static void Map(IEndpointRouteBuilder routes, CloudContext context) =>
        routes.MapGet("/api/problems", (HttpRequest request, CancellationToken stop) => ListAsync(context, request.Query, stop)).Needs(ScopeWords.Read);

    private static async Task<IResult> ListAsync(CloudContext context, IQueryCollection query, CancellationToken stop)
    {
        var limit = QueryText.Number(query, "limit", DefaultLimit, LargestLimit);
        var from = QueryText.Text(query, "cursor") is not { } text ? new(List, 0, null)
            : PageCursor.TryParse(text, List, FleetKeys.ProblemShards, out var given) && given.After is not null ? given : throw new ProblemException(CloudProblems.BadCursor());
        var problems = from.After is null ? await HostsAsync(context, stop) : [];
        var (items, last) = await new ProblemMerge(context, from).TakeAsync(limit, stop);
        problems.AddRange(context.Reads.Readable(items, Of));
        return new ReadAnswer<FleetProblemList>(new(problems, last is var (shard, item) ? new PageCursor(List, shard, item).ToString() : null), FleetJson.Default.FleetProblemList);
    }

    /// <summary>Nobody vouches for their tenants: as bad as it gets.</summary>
    private static async Task<List<FleetProblem>> HostsAsync(CloudContext context, CancellationToken stop)
    {
        var away = new List<FleetProblem>();
        for (var shard = 0; shard < FleetKeys.HostShards; shard++)
        {
            Item? next = null;
            do
            {
                (var items, next) = await context.Reads.QueryAsync(ItemQuery.Hosts(shard), HostsAPage, next, stop);
                away.AddRange(context.Reads.Readable(items, HostDigestItem.Read)
                    .Where(d => LivenessWords.Of(d, context.Time.GetUtcNow()) is LivenessWords.Lost or LivenessWords.Unknown || d.State == HostStates.StoppedEarly)
                    .Select(d => Of(d, context.Time.GetUtcNow())));
            }
            while (next is not null);
        }
        return [.. away.OrderByDescending(p => p.Severity).ThenByDescending(p => p.Since)];
    }

    private static FleetProblem Of(HostDigest digest, DateTimeOffset now) => LivenessWords.Of(digest, now) is LivenessWords.Stopped
        ? new()
        {
            Kind = LivenessWords.Stopped,
            Severity = 2,
            Since = digest.At,
            HostId = digest.HostId,
            Tenants = digest.Tenants,
            Detail = $"the agent of {digest.HostId} was stopped before everything was in the replicas: start it again, or look at its log",
        }
        : new()
        {
            Kind = LivenessWords.Of(digest, now),
            Severity = 3,
            Since = digest.At,
            HostId = digest.HostId,
            Tenants = digest.Tenants,
            Detail = $"{digest.HostId} is not heard of since {ItemTime.Text(digest.At)}: start its agent, or restore its {digest.Tenants} tenants on another host",
        };

    private static FleetProblem Of(Item item) => item.Text(FleetTable.Type) switch
    {
        ItemTypes.Tenant => Of(TenantItem.Read(item)),
        ItemTypes.Proof => Of(ProofItem.Read(item)),
        ItemTypes.Slice => Of(SliceItem.Read(item)),
        var other => throw new MalformedItemException(item.Key, "problem", FleetTable.Type, "tenant, proof or slice", other),
    };

    private static FleetProblem Of(TenantRecord tenant) => new()
    {
        Kind = tenant.Problem ?? "",
        Severity = ProblemWords.SeverityOf(tenant.Problem ?? ""),
        Since = tenant.Since,
        TenantId = tenant.Tenant,
        HostId = tenant.HostId,
        Tenants = 1,
        Detail = tenant.Detail ?? tenant.Reason,
    };

    private static FleetProblem Of(ProofRecord proof) => new()
    {
        Kind = ProblemWords.ProofFailed,
        Severity = ProblemWords.SeverityOf(ProblemWords.ProofFailed),
        Since = proof.At,
        TenantId = proof.Tenant,
        Tenants = 1,
        Detail = proof.Detail,
    };

    private static FleetProblem Of(SliceRecord slice) => new()
    {
        Kind = ProblemWords.Unproven,
        Severity = ProblemWords.SeverityOf(ProblemWords.Unproven),
        Since = slice.UnprovenSince ?? slice.VisitedAt,
        Slice = slice.Slice.ToString("x2"),
        Tenants = slice.Unproven,
        Detail = $"{slice.Unproven} of {slice.Tenants} tenants were not restored and proven for too long",
    };
}
