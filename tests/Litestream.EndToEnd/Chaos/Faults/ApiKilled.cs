namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>The fleet's API is killed, and starts again on whatever the table is then.</summary>
internal sealed class ApiKilled() : Fault("API killed", weight: 1)
{
    public override IReadOnlyList<string> Takes(ChaosSite site, ChaosHost host) => ["API"];

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        await site.Api.KillAsync();
        await ForAsync(random, 0, 3000);
        await site.Api.StartAsync();
    }
}
