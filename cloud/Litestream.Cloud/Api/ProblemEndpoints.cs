using Litestream.Cloud.Access;
using Litestream.Cloud.Table;
using Litestream.Contract;
using Litestream.Contract.Access;
using Litestream.Contract.Views;
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
    private const int LargestLimit = 500;

    public static void Map(IEndpointRouteBuilder routes, CloudContext context) =>
        routes.MapGet("/api/problems", (HttpRequest request, CancellationToken stop) => ListAsync(context, request.Query, stop)).Needs(ScopeWords.Read);

    private static async Task<IResult> ListAsync(CloudContext context, IQueryCollection query, CancellationToken stop)
    {
        QueryText.Know(query, "limit", "cursor");
        var limit = QueryText.Number(query, "limit", Lists.UsualPage, LargestLimit);
        var cursor = QueryText.Text(query, "cursor");
        var (items, next) = await context.Problems.PageAsync(List, limit, cursor, stop);
        var problems = cursor is null ? await HostsAsync(context, stop) : [];
        problems.AddRange(context.Reads.Readable(items, Of));
        return new ReadAnswer<FleetProblemList>(new(problems, next?.ToString()), FleetJson.Default.FleetProblemList);
    }

    /// <summary>Nobody vouches for their tenants: as bad as it gets.</summary>
    private static async Task<List<FleetProblem>> HostsAsync(CloudContext context, CancellationToken stop)
    {
        var now = context.Time.GetUtcNow();
        return [.. (await context.Hosts.AllAsync(stop)).Values
            .Where(d => LivenessWords.Of(d, now) is LivenessWords.Lost or LivenessWords.Unknown || d.State == HostStates.StoppedEarly)
            .Select(d => Of(d, now)).OrderByDescending(p => p.Severity).ThenByDescending(p => p.Since)];
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
            Detail = $"nobody has heard of {digest.HostId} since {ItemTime.Text(digest.At)}: start its agent, or evacuate it: bring what it had ({digest.Tenants}) to others",
        };

    private static FleetProblem Of(Item item) => item.Text(FleetTable.Type) switch
    {
        ItemTypes.Tenant => ProblemView.Of(TenantItem.Read(item)),
        ItemTypes.Proof => ProblemView.Of(ProofItem.Read(item)),
        ItemTypes.Look => ProblemView.Of(LookItem.Read(item)),
        ItemTypes.Slice => ProblemView.Of(SliceItem.Read(item)),
        var other => throw new MalformedItemException(item.Key, "problem", FleetTable.Type, "tenant, proof, look or slice", other),
    };
}
