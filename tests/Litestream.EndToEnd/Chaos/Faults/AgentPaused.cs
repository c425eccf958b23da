using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>SIGSTOP, and it wakes late: longer than its lease, now and again.</summary>
internal sealed class AgentPaused() : Fault("agent paused", weight: 2)
{
    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        if (host.Agent is not { } agent)
            return;
        agent.Send(Signal.Stop);
        try
        {
            await (random.Next(3) == 0 ? ForAsync(random, 11_000, 15_000) : ForAsync(random, 500, 5000));
        }
        finally
        {
            agent.Send(Signal.Continue);
        }
    }
}
