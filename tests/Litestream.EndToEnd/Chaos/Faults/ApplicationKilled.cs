namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>An application is killed wherever it is, and comes back.</summary>
internal sealed class ApplicationKilled() : Fault("application killed", weight: 2)
{
    public override IReadOnlyList<string> Takes(ChaosSite site, ChaosHost host) => ["applications"];

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        await site.Writers.KillOneAsync();
        await ForAsync(random, 0, 1500);
        site.Writers.StartAll();
    }
}
