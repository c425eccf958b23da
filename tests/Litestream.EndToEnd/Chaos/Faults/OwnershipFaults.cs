using Litestream.EndToEnd.Histories;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

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

/// <summary>A host sleeps longer than its lease; another one adopts a tenant of it; the one that wakes late never writes to that again.</summary>
internal sealed class WokenTooLate() : Fault("woken behind an adoption", weight: 1)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public override IReadOnlyList<string> Takes(ChaosSite site, ChaosHost host) => [host.Name, site.After(host).Name, "table", "store"];

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        var heir = site.After(host);
        await using var side = await SideTenant.CreateAsync(site, host);
        var record = FleetKeys.Tenant(side.Tenant.Guid);
        if (!await side.IsSyncedAsync() || host.Agent is not { } agent)
            return;
        await Eventually.TrueAsync(async () => await OwnerAsync() == host.Name, () => $"{side.Tenant.Id} is in the table as one of {host.Name}\n{host.Said}", Patience * ChaosSite.Load);
        using var stale = await side.Tenant.OpenAsync();
        agent.Send(Signal.Stop);
        try
        {
            await Eventually.TrueAsync(async () => LivenessWords.Of(HostDigestItem.Read((await site.Table.FindAsync(FleetKeys.Host(host.Name)))!), DateTimeOffset.UtcNow) == LivenessWords.Lost,
                () => $"{host.Name} is lost", Patience);
            var command = await site.Commands.PutAsync(heir.Name, side.Tenant, CommandKinds.Adopt, new() { Epoch = 1 });
            var end = await site.Commands.EndOfAsync(command, () => heir.Said, Patience * ChaosSite.Load);
            if (end.State != CommandStates.Done)
            {
                site.Find(Finding.Other, $"{heir.Name} does not adopt {side.Tenant.Id}: {end}\n{heir.Said}");
                return;
            }
            // Nobody keeps this: its host does not have the tenant any more.
            await stale.InsertAsync(3);
        }
        finally
        {
            agent.Send(Signal.Continue);
        }
        await StoppedTenant.IsShownAsync(site, host, side.Tenant);
        await using var adopted = SideTenant.Of(site, heir, side.Tenant with { Directory = heir.Folder });
        using (var application = await adopted.Tenant.OpenAsync())
        {
            await application.InsertAsync(10);
            await application.EndAsync();
        }
        await adopted.IsBackedUpAsync();
        await stale.EndAsync();

        async Task<string?> OwnerAsync() => await site.Table.FindAsync(record) is { } item ? TenantItem.Read(item).HostId : null;
    }
}

/// <summary>A tenant that is stopped by design says so.</summary>
internal static class StoppedTenant
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task IsShownAsync(ChaosSite site, ChaosHost host, Tenant tenant)
    {
        AgentClient? client = null;
        for (var deadline = DateTime.UtcNow + (Patience * ChaosSite.Load); DateTime.UtcNow < deadline; await Task.Delay(100))
        {
            client = await host.ClientAsync(tenant.Id);
            if (client is { Status: not (StatusWords.Active or StatusWords.Waiting), Reason: not null })
                return;
        }
        site.Find(Finding.Stuck, $"{tenant.Id}, another host's, is shown by {host.Name} as {client?.ToString() ?? "nothing"}\n{host.Said}");
    }
}
