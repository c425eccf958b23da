using Litestream.EndToEnd.Histories;

namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>A second host gets a copy of a tenant that another one has, and both are written: one goes on, the other says why not.</summary>
internal sealed class TwoAgents() : Fault("two agents on one tenant", weight: 1)
{
    public override IReadOnlyList<string> Takes(ChaosSite site, ChaosHost host) => [host.Name, site.After(host).Name, "table"];

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        var other = site.After(host);
        await using var side = await SideTenant.CreateAsync(site, host);
        if (!await side.IsSyncedAsync())
            return;
        var copy = side.Tenant with { Directory = other.Folder };
        using (var application = await side.Tenant.OpenAsync())
        {
            var aside = Path.Combine(site.Sandbox.Folder("templates"), $"{Guid.NewGuid()}.copy");
            await application.ExecuteAsync($"VACUUM INTO '{aside}'");
            File.Move(aside, copy.Path);
            using var second = await copy.OpenAsync();
            for (var i = 0; i < 20; i++)
            {
                await application.InsertAsync(5);
                await second.InsertAsync(5);
                if (await other.TrySyncAsync(copy, TimeSpan.FromSeconds(1)))
                    site.Find(Finding.Other, $"{other.Name} synced {copy.Id}, which {host.Name} has\n{other.Said}");
            }
            await StoppedTenant.IsShownAsync(site, other, copy);
            await application.EndAsync();
            await second.EndAsync();
        }
        await side.IsBackedUpAsync();
        foreach (var file in Directory.GetFiles(copy.Directory, copy.Id + "*"))
            File.Delete(file);
    }
}
