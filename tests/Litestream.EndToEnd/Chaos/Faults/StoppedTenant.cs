using Litestream.EndToEnd.Histories;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;

namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>A tenant that is stopped by design says so.</summary>
internal static class StoppedTenant
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task IsShownAsync(ChaosSite site, ChaosHost host, Tenant tenant)
    {
        AgentClient? client = null;
        for (var deadline = DateTime.UtcNow + (Patience * ChaosSite.Load); DateTime.UtcNow < deadline; await Task.Delay(100))
        {
            client = await host.ClientAsync(tenant.Id);
            if (client is { Status: not (StatusWords.Active or StatusWords.Waiting), Reason: not null })
                return;
        }
        site.Find(Finding.Stuck, $"{tenant.Id}, another host's, is shown by {host.Name} as {client?.ToString() ?? "nothing"}\n{host.Said}");
    }
}
