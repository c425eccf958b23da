using Litestream.Agent.Api.Catalogue;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Http;

namespace Litestream.Agent.Api;

/// <summary><c>/api/status</c>: everything about this agent and a page of its tenants.</summary>
internal static class StatusEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, AgentView agent, LocalCatalogue catalogue) => routes.MapGet("/api/status", (HttpRequest request) =>
    {
        var report = Report(agent, catalogue, ListQuery.Read(request.Query, agent.Census));
        return new ReadAnswer<StatusReport>(report, report with { UptimeSeconds = 0 }, FleetJson.Default.StatusReport);
    });

    /// <summary>Null when there is one.</summary>
    private static List<ReplicaPlace>? Places(Stores stores, CensusResult census)
    {
        var places = stores.Replicas.Select(r => new ReplicaPlace
        {
            Url = r.Url,
            Fencing = Words.Of(r.Fencing),
            Requests = r.Requests,
            Clients = census.Places.GetValueOrDefault(r.Url)?.Clients ?? 0,
            UnhealthyClients = census.Places.GetValueOrDefault(r.Url)?.Unhealthy ?? 0,
            WorstLagSeconds = Math.Round(census.Places.GetValueOrDefault(r.Url)?.WorstLagSeconds ?? 0, 3),
        }).ToList();
        return places.Count > 1 ? places : null;
    }

    private static StatusReport Report(AgentView agent, LocalCatalogue catalogue, ListQuery query)
    {
        var (census, host) = (agent.Census.Take(), catalogue.Digest);
        var (page, nextCursor) = query.Page(agent.Stores.Databases);
        return new()
        {
            Bucket = agent.Stores.Bucket,
            Replica = agent.Stores.ReplicaUrl,
            Fencing = Words.Of(agent.Stores.Fencing),
            Requests = agent.Stores.Requests,
            Replicas = Places(agent.Stores, census),
            WatchDirs = [.. agent.Registration.Directories.Where(d => d is { TakesTenants: true, IsFound: false }).Select(d => d.Path)],
            TotalClients = census.Total,
            ActiveClients = census.ByStatus[StatusWords.Active],
            UptimeSeconds = Math.Round(agent.Uptime.TotalSeconds, 3),
            UnhealthyClients = census.UnhealthyCount,
            PartlyUnhealthyClients = census.PartlyUnhealthyCount,
            Counts = census.ByStatus,
            Clients = page.ConvertAll(database => ClientView.Of(database.Snapshot())),
            NextCursor = nextCursor,
            Skipped = agent.Registration.Skipped,
            SkippedCount = agent.Registration.SkippedCount,
            Directories = agent.Registration.DirectoryStates,
            Warnings = agent.Warnings,
            Hosts = 1,
            HostCounts = LivenessWords.All.ToDictionary(word => word, word => word == LivenessWords.Live ? 1 : 0),
            DirtyBytes = host.DirtyBytes,
            TenantBytes = host.TenantBytes,
            Drills = catalogue.Coverage,
            HotClients = agent.Stores.HotCount,
            SpoolBytes = agent.Stores.SpoolBytes,
            WorstLagSeconds = Math.Round(census.WorstLagSeconds, 3),
            LagLimitSeconds = agent.Options.LagLimit.TotalSeconds,
            Fleet = agent.Fleet?.Connection,
            Version = ProgramVersion.Text,
        };
    }
}
