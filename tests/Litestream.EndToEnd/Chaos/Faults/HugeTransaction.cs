namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>One transaction of very many pages; in a run of hours the first is of a gigabyte, which is written once more for each level.</summary>
internal sealed class HugeTransaction() : Fault("huge transaction", weight: 0)
{
    private const int MegabytesOfAStatement = 25;
    private const int UsualMegabytes = 150;
    private const int MegabytesOfASecond = 5;
    private int _strikes;

    /// <summary>The last host has the small disk.</summary>
    public override IReadOnlyList<string> Takes(ChaosSite site, ChaosHost host) => ["large", site.Hosts[0].Name, "store"];

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        var megabytes = _strikes++ == 0 ? site.Options.HugeMegabytes : Math.Min(site.Options.HugeMegabytes, UsualMegabytes);
        var more = TimeSpan.FromSeconds(megabytes / MegabytesOfASecond);
        await using var side = await SideTenant.CreateAsync(site, site.Hosts[0]);
        using (var application = await side.Tenant.OpenAsync())
        {
            await application.ExecuteAsync("BEGIN IMMEDIATE");
            for (var written = 0; written < megabytes; written += MegabytesOfAStatement)
                await application.InsertAsync(MegabytesOfAStatement * 10, 100_000);
            await application.ExecuteAsync("COMMIT");
            await side.IsSyncedAsync(more);
            await application.EndAsync();
        }
        await side.IsBackedUpAsync(more);
    }
}
