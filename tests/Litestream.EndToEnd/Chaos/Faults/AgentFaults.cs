using Litestream.EndToEnd.Programs;

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

/// <summary>The time of the day jumps on its host, forward or back, and back again.</summary>
internal sealed class ClockStepped() : Fault("clock stepped", weight: 1)
{
    public override string? Missing(ChaosSite site) => site.Machine.HasClock ? null : "clock steps (no C compiler)";

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        var most = random.Next(4) == 0 ? 3 * 3600 : 300;
        Machine.Step(host, TimeSpan.FromSeconds(random.Next(-most, most)));
        await ForAsync(random, 1000, 8000);
        Machine.Step(host, TimeSpan.Zero);
    }
}
