using Litestream.EndToEnd.Histories;

namespace Litestream.EndToEnd.Chaos;

/// <summary>Applications end, everything is synced, agents stop in order: each replica restores to what its database is.</summary>
internal sealed class Ending(ChaosSite site)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public async Task ComeAsync()
    {
        site.Writers.StartAll();
        await site.Writers.AreReadyAsync();
        if (await site.Writers.StopAsync() is { } complaints)
            site.Find(Finding.LiveHarmed, complaints);
        foreach (var tenant in site.Tenants)
        {
            var host = site.HostOf(tenant);
            await site.Witness.LookAtLiveAsync(tenant, site.Acks.Newest(tenant.Id));
            await Eventually.TrueAsync(() => host.TrySyncAsync(tenant, Patience), () => $"the last sync of {tenant.Id}\n{host.Said}", Patience * 2);
        }
        foreach (var host in site.Hosts)
        {
            if (await host.StopAsync() is { } complaint)
                site.Find(Finding.Other, complaint);
        }
        foreach (var tenant in site.Tenants)
            await CompareAsync(tenant);
        await site.Overwrites.LookAsync();
    }

    private async Task CompareAsync(Tenant tenant)
    {
        var restored = await site.Witness.RestoreAsync(tenant);
        var (live, copy) = (await site.Witness.DigestAsync(tenant.Path), restored.Count > 0 ? await site.Witness.DigestAsync(restored[0].File) : null);
        site.Totals.Compared();
        if (live is null || live != copy)
            site.Find(Finding.Unequal, $"{tenant.Id}: stopped in order, the database is {live}, its replica restores to {copy}\n{site.HostOf(tenant).Said}");
    }
}
