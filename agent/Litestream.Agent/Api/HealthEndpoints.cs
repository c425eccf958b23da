using Litestream.Fleet.Api;
using Litestream.Http;

namespace Litestream.Agent.Api;

/// <summary><c>/api/health</c>: for load balancers and monitors, so the status code says it all (503: somebody must look).</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, AgentView agent)
    {
        routes.MapGet("/api/health", () =>
        {
            var report = Report(agent);
            return TypedResults.Json(report, FleetJson.Default.HealthReport, statusCode: StatusOf(report.Status == "healthy"));
        });
        routes.MapGet("/api/health/clients", (HttpRequest request) =>
        {
            var query = ListQuery.Read(request.Query, agent.Census);
            var (page, nextCursor) = query.Page(agent.Stores.Databases);
            return TypedResults.Json(new ClientHealthList(page.ConvertAll(d => HealthOf(agent, d.Snapshot())), nextCursor), FleetJson.Default.ClientHealthList);
        });
        routes.MapGet("/api/health/clients/{id}", (string id, HttpRequest request) =>
        {
            QueryText.Know(request.Query);
            var health = HealthOf(agent, ClientLookup.Find(agent.Stores, id).Snapshot());
            return TypedResults.Json(health, FleetJson.Default.ClientHealth, statusCode: StatusOf(health.Healthy));
        });
    }

    private static HealthReport Report(AgentView agent)
    {
        var census = agent.Census.Take();
        var broken = agent.Registration.Directories.Count(d => d.Error is not null);
        return new()
        {
            Status = census.UnhealthyCount + broken == 0 ? "healthy" : "unhealthy",
            Version = ProgramVersion.Text,
            TotalClients = census.Total,
            UnhealthyClients = census.UnhealthyCount,
            WorstLagSeconds = Math.Round(census.WorstLagSeconds, 3),
            LagLimitSeconds = agent.Options.LagLimit.TotalSeconds,
            BrokenDirectories = broken,
            Clients = [.. census.Unhealthy.Select(d => HealthOf(agent, d))],
        };
    }

    private static ClientHealth HealthOf(AgentView agent, DatabaseSnapshot database) => ClientView.HealthOf(database, agent.Census.IsHealthy(database));

    private static int StatusOf(bool healthy) => healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
}
