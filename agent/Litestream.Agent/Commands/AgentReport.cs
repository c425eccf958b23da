using Litestream.Fleet.Api;

namespace Litestream.Agent.Commands;

/// <summary>The status of a running agent with every tenant in it, page by page.</summary>
internal static class AgentReport
{
    public static async Task<StatusReport> AllAsync(AgentSocket agent, CancellationToken stop)
    {
        var report = await agent.GetAsync("api/status", FleetJson.Default.StatusReport, stop);
        var clients = report.Clients.ToList();
        for (var cursor = report.NextCursor; cursor is not null;)
        {
            var page = await agent.GetAsync($"api/databases?limit=10000&cursor={Uri.EscapeDataString(cursor)}", FleetJson.Default.ClientList, stop);
            clients.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        return report with { Clients = clients, NextCursor = null };
    }
}
