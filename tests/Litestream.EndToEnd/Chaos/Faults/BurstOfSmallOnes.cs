using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>Very many small ones, as fast as it goes, for a minute at most.</summary>
internal sealed class BurstOfSmallOnes() : Fault("burst of small transactions", weight: 0)
{
    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        await using var side = await SideTenant.CreateAsync(site, host);
        var transactions = site.Options.IsLong ? 10_000 : 1500;
        (await WriterProgram.RunAsync(site.Sandbox, "write", side.Tenant.Path, "-transactions", $"{transactions}", "-seconds", "60", "-seed", $"{random.Next()}")).MustSucceed();
        await side.IsBackedUpAsync();
    }
}
