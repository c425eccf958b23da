using Litestream.Cloud.Access;
using Litestream.Cloud.Drills;
using Litestream.Contract.Access;
using Litestream.Contract.Drills;
using Litestream.Contract.Views;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Http;

namespace Litestream.Cloud.Api;

/// <summary><c>/api/status</c>: the fleet in sums, and the worst of its tenants. What hosts say that are not heard of is shown as what it is: unknown.</summary>
internal static class StatusEndpoints
{
    private const int UsualClients = 20;
    private const int MostClients = 100;

    public static void Map(IEndpointRouteBuilder routes, CloudContext context)
    {
        var startedAt = context.Time.GetTimestamp();
        routes.MapGet("/api/status", async (HttpRequest request, CancellationToken stop) =>
        {
            QueryText.Know(request.Query, "limit");
            var limit = QueryText.Number(request.Query, "limit", UsualClients, MostClients);
            var worst = context.Tenants.TroubledAsync(limit, null, stop);
            var coverage = CoverageAsync(context, stop);
            var digests = (await context.Hosts.AllAsync(stop)).Values.ToList();
            var liveness = await context.Hosts.LivenessAsync((await worst).Items.Select(t => t.HostId), stop);
            var clients = (await worst).Items.Select(t => TenantView.Of(t, t.HostId is { } host ? liveness[host] : LivenessWords.Unknown));
            var status = Report(digests, context.Time.GetUtcNow()) with { Clients = [.. clients], Drills = await coverage, UptimeSeconds = Math.Round(context.Time.GetElapsedTime(startedAt).TotalSeconds, 3) };
            return new ReadAnswer<FleetStatus>(status, status with { UptimeSeconds = 0 }, FleetJson.Default.FleetStatus);
        }).Needs(ScopeWords.Read);
    }

    private static async Task<DrillCoverage?> CoverageAsync(CloudContext context, CancellationToken stop) => FleetCoverage.Of(await DrillRound.SlicesAsync(context, stop));

    /// <summary>Sums of what all hosts say; a pure function of the digests and the time.</summary>
    public static FleetStatus Report(IReadOnlyList<HostDigest> digests, DateTimeOffset now)
    {
        var byLiveness = digests.ToLookup(digest => LivenessWords.Of(digest, now));
        List<HostDigest> heardOf = [.. byLiveness[LivenessWords.Live], .. byLiveness[LivenessWords.Late]];
        return new()
        {
            TotalClients = digests.Sum(d => d.Tenants),
            ActiveClients = heardOf.Sum(d => d.Active),
            UnhealthyClients = digests.Sum(d => d.Unhealthy),
            UnknownClients = digests.Sum(d => d.Tenants) - heardOf.Sum(d => d.Tenants),
            HotClients = heardOf.Sum(d => d.Hot),
            Counts = HostView.Counts(digests),
            UptimeSeconds = 0,
            Clients = [],
            Hosts = digests.Count,
            HostCounts = LivenessWords.All.ToDictionary(word => word, word => byLiveness[word].Count()),
            WorstLagSeconds = heardOf.Select(d => d.WorstLagSeconds).DefaultIfEmpty().Max(),
            DirtyBytes = digests.Sum(d => d.DirtyBytes),
            TenantBytes = digests.Sum(d => d.TenantBytes),
            Version = ProgramVersion.Text,
        };
    }
}
