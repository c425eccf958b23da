using Litestream.EndToEnd.Histories;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.EndToEnd.Chaos.Faults;

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
        await Eventually.TrueAsync(IsOwnedAsync, () => $"{side.Tenant.Id} is in the table as one of {host.Name}\n{host.Said}", Patience * ChaosSite.Load);
        using var stale = await side.Tenant.OpenAsync();
        agent.Send(Signal.Stop);
        try
        {
            await Eventually.TrueAsync(async () => LivenessWords.Of(HostDigestItem.Read((await site.Table.Raw.FindAsync(FleetKeys.Host(host.Name)))!), DateTimeOffset.UtcNow) == LivenessWords.Lost,
                () => $"{host.Name} is lost", Patience);
            await site.Api.ShowsAsLostAsync(host, Patience);
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

        // Its first report may be from before its first copy: without an epoch.
        async Task<bool> IsOwnedAsync() => await site.Table.Raw.FindAsync(record) is { } item && TenantItem.Read(item) is { Epoch: 1 } tenant && tenant.HostId == host.Name;
    }
}
