namespace Litestream.Agent.Api;

/// <summary><c>/metrics</c> in Prometheus' text format.</summary>
internal static class MetricsEndpoint
{
    /// <summary>
    /// Above this the series of single tenants are left out, unless asked for with <c>?tenants=all</c>: a scrape must stay small. Those of the first hundred
    /// conspicuous ones stay: an alert must name whom it is about.
    /// </summary>
    public const int MostTenants = 2000;

    public static void Map(IEndpointRouteBuilder routes, AgentView agent) => routes.MapGet("/metrics", async context =>
    {
        var withTenants = agent.Stores.Count <= MostTenants || context.Request.Query["tenants"] == "all";
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        var text = new MetricsText();
        AgentMetrics.Write(text, agent);
        IReadOnlyList<DatabaseSnapshot> shown = withTenants ? [.. agent.Stores.Databases.Select(d => d.Snapshot())] : agent.Census.Take().Conspicuous;
        TenantMetrics.Write(text, shown, agent.Time.GetUtcNow());
        ReplicaMetrics.Write(text, shown, agent.Time.GetUtcNow());
        await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    });
}
