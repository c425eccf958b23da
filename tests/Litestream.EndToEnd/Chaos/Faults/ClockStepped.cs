namespace Litestream.EndToEnd.Chaos.Faults;

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
