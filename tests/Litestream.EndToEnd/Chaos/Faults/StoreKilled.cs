namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>Every part of the store is killed, and comes back with what it had acknowledged.</summary>
internal sealed class StoreKilled() : Fault("store killed", weight: 1)
{
    public override string? Missing(ChaosSite site) => site.Store.CanBeKilled ? null : "the store's death (LITESTREAM_TEST_S3=ceph)";

    public override IReadOnlyList<string> Takes(ChaosSite site, ChaosHost host) => ["store"];

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        await site.Store.IsUp.WaitAsync();
        try
        {
            site.Store.Kill();
            await ForAsync(random, 0, 4000);
            site.Store.Start();
            await site.Store.AnswersAsync();
        }
        finally
        {
            site.Store.IsUp.Release();
        }
    }
}
