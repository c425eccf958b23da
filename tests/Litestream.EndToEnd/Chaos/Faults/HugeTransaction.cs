namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>One transaction of very many pages.</summary>
internal sealed class HugeTransaction() : Fault("huge transaction", weight: 0)
{
    private const int MegabytesOfAStatement = 25;

    /// <summary>The last host has the small disk.</summary>
    public override IReadOnlyList<string> Takes(ChaosSite site, ChaosHost host) => ["large", site.Hosts[0].Name, "store"];

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        await using var side = await SideTenant.CreateAsync(site, site.Hosts[0]);
        using (var application = await side.Tenant.OpenAsync())
        {
            await application.ExecuteAsync("BEGIN IMMEDIATE");
            for (var written = 0; written < site.Options.HugeMegabytes; written += MegabytesOfAStatement)
                await application.InsertAsync(MegabytesOfAStatement * 10, 100_000);
            await application.ExecuteAsync("COMMIT");
            await side.IsSyncedAsync();
            await application.EndAsync();
        }
        await side.IsBackedUpAsync();
    }
}
