using Litestream.EndToEnd.Histories;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>A directory gets very many tenants at once, and loses them again; so does the store, which is listed all the time.</summary>
internal sealed class ManyFiles() : Fault("files created by the hundred", weight: 0)
{
    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        var template = Path.Combine(site.Sandbox.Folder("templates"), $"{Guid.NewGuid()}.many");
        await WriterProgram.CreateAsync(site.Sandbox, template, "-rows", "5");
        var created = new List<Tenant>();
        for (var i = 0; i < (site.Options.IsLong ? 2000 : 100); i++)
        {
            created.Add(site.Sandbox.NewTenant(host.Folder));
            File.Copy(template, created[^1].Path);
        }
        var patience = TimeSpan.FromSeconds(120) * ChaosSite.Load;
        for (var deadline = DateTime.UtcNow + patience; ; await Task.Delay(200))
        {
            // One after the other: who asks for the last has had all of them.
            var waiting = new List<Tenant>();
            foreach (var tenant in created)
                if (!await host.TrySyncAsync(tenant, TimeSpan.FromSeconds(30)))
                    waiting.Add(tenant);
            if (waiting.Count == 0)
                break;
            if (DateTime.UtcNow > deadline)
            {
                site.Find(Finding.Stuck, $"{waiting.Count} of {created.Count} tenants are not synced, {waiting[0].Id} is shown as {await host.ClientAsync(waiting[0].Id)}\n{host.Said}");
                break;
            }
        }
        foreach (var file in created.SelectMany(tenant => Directory.GetFiles(tenant.Directory, tenant.Id + "*")))
            File.Delete(file);
        File.Delete(template);
        await site.Store.IsUp.WaitAsync();
        try
        {
            await site.Store.DeleteAllAsync(created.Select(tenant => tenant.Id).ToHashSet());
        }
        finally
        {
            site.Store.IsUp.Release();
        }
    }
}
