namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>SIGKILL, and a new one after a while.</summary>
internal sealed class AgentKilled() : Fault("agent killed", weight: 4)
{
    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        await host.KillAsync();
        await ForAsync(random, 0, 3000);
        await host.StartAsync();
    }
}
