using Litestream.Cloud.Access;
using Litestream.Contract.Access;
using Litestream.Fleet.Api;
using Litestream.Http;

namespace Litestream.Cloud.Api;

/// <summary><c>/api/health</c>: whether this API can work, for load balancers: the status code says it all. How the fleet is: <c>/api/status</c>.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, CloudContext context)
    {
        var probe = new TableProbe(context.Reads, context.Time, context.Log);
        routes.MapGet("/api/health", async (CancellationToken stop) => await probe.FaultAsync(stop) is { } fault
            ? throw new ProblemException(CloudProblems.Unavailable(fault))
            : TypedResults.Json(new FleetHealth { Status = "healthy", Version = ProgramVersion.Text }, FleetJson.Default.FleetHealth)).OpenToAll();
    }
}
