using Litestream.Cloud.Access;
using Litestream.Cloud.Table;
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

    private static readonly string[] Keys = [FleetTable.PartitionKey, FleetTable.SortKey, FleetTable.ProblemKey, FleetTable.ProblemSort];

    public static void Map(IEndpointRouteBuilder routes, CloudContext context) =>
        routes.MapGet("/api/problems", (HttpRequest request, CancellationToken stop) => ListAsync(context, request.Query, stop)).Needs(ScopeWords.Read);

    private static async Task<IResult> ListAsync(CloudContext context, IQueryCollection query, CancellationToken stop)
    {
        QueryText.Know(query, "limit", "cursor");
        var limit = QueryText.Number(query, "limit", Lists.UsualPage, LargestLimit);
        var from = Lists.Cursor(QueryText.Text(query, "cursor"), List, FleetKeys.ProblemShards) ?? new(List, 0, null);
        if (QueryText.Text(query, "cursor") is not null && !IsWhole(from))
            throw Lists.BadCursor();
        var problems = from.After is null ? await HostsAsync(context, stop) : [];
        var (items, last) = await new ProblemMerge(context, from).TakeAsync(limit, stop);
        problems.AddRange(context.Reads.Readable(items, Of));
        return new ReadAnswer<FleetProblemList>(new(problems, last is var (shard, item) ? new PageCursor(List, shard, KeyOf(item)).ToString() : null), FleetJson.Default.FleetProblemList);
    }

    /// <summary>The key of an item of this shard, as the index and the table have it: anything else the table would not understand.</summary>
    private static bool IsWhole(PageCursor cursor) =>
        cursor.After is { } after && after.Text(FleetTable.ProblemKey) == FleetKeys.ProblemPartition(cursor.Shard) && after.Count == KeyOf(after).Count && after.Count == Keys.Length;

    private static Item KeyOf(Item item)
    {
        var key = new Item();
        foreach (var name in Keys)
        {
            if (item.TryGet(name, out var value))
                key.Add(name, value);
        }
        return key;
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
