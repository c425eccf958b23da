using Litestream.EndToEnd.Histories;

namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>Somebody deletes or damages objects of a tenant in the store; the live database heals its replica.</summary>
internal sealed class ObjectsSpoiled(bool isDeleted) : Fault(isDeleted ? "objects deleted" : "objects damaged", weight: 1)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>While others spoil what it would be healed by, nobody can say how long that takes.</summary>
    public override IReadOnlyList<string> Takes(ChaosSite site, ChaosHost host) => [host.Name, "store", "applications"];

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        var tenant = host.Tenants[random.Next(host.Tenants.Count)];
        await site.Store.IsUp.WaitAsync();
        try
        {
            site.Witness.Spoil(tenant);
            var keys = (await site.Store.FilesAsync(tenant.Id)).Keys.Order(StringComparer.Ordinal).ToArray();
            random.Shuffle(keys);
            foreach (var key in keys.Take(random.Next(4) == 0 ? keys.Length : random.Next(1, 4)))
                await SpoilAsync(site, key, isDeleted, random);
        }
        finally
        {
            site.Store.IsUp.Release();
        }
        await host.StartAsync();
        await HealAsync(site, host, tenant);
    }

    public static async Task SpoilAsync(ChaosSite site, string key, bool isDeleted, Random random)
    {
        site.Overwrites.Forgive(key);
        // Retention may have been quicker.
        if (await site.Store.ReadAsync(key) is not { Length: > 0 } content)
            return;
        site.Totals.ObjectSpoiled();
        if (isDeleted)
            await site.Store.DeleteAsync(key);
        else
        {
            if (random.Next(3) == 0)
                content = content[..random.Next(content.Length)];
            for (var bit = 0; bit < 8 && content.Length > 0; bit++)
                content[random.Next(content.Length)] ^= (byte)(1 << random.Next(8));
            await site.Store.OverwriteAsync(key, content);
        }
    }

    /// <summary>Everything that was ever promised can be restored again, since the live database has it.</summary>
    private static async Task HealAsync(ChaosSite site, ChaosHost host, Tenant tenant)
    {
        var patience = Patience * ChaosSite.Load;
        var isHealed = false;
        for (var deadline = DateTime.UtcNow + patience; !isHealed && DateTime.UtcNow < deadline;)
        {
            if (site.Acks.Newest(tenant.Id) is not { } acknowledged || !await host.TrySyncAsync(tenant, TimeSpan.FromSeconds(10)))
            {
                await Task.Delay(200);
                continue;
            }
            var promised = site.Witness.Promised(tenant);
            var restored = await site.RestoreAsync(tenant);
            isHealed = restored.Count > 0 && site.Witness.IsAsPromised(tenant, promised, restored[0]) && !(restored[0].Position < acknowledged);
            foreach (var copy in restored)
                File.Delete(copy.File);
        }
        if (isHealed)
            site.Witness.Trust(tenant);
        else
            site.Find(Finding.Stuck, $"{tenant.Id} is not healed after {patience.TotalSeconds:0} s; it is shown as {await host.ClientAsync(tenant.Id)}\n{host.Said}");
    }
}
