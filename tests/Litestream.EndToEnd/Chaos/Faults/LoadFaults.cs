using Litestream.EndToEnd.Histories;
using Litestream.EndToEnd.Programs;

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

/// <summary>Very many small ones, as fast as it goes, for a minute at most.</summary>
internal sealed class BurstOfSmallOnes() : Fault("burst of small transactions", weight: 0)
{
    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        await using var side = await SideTenant.CreateAsync(site, host);
        var transactions = site.Options.IsLong ? 10_000 : 1500;
        (await WriterProgram.RunAsync(site.Sandbox, "write", side.Tenant.Path, "-transactions", $"{transactions}", "-seconds", "60", "-seed", $"{random.Next()}")).MustSucceed();
        await side.IsBackedUpAsync();
    }
}

/// <summary>A directory gets very many tenants at once, and loses them again.</summary>
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
    }
}

/// <summary>More happens in a directory than the kernel keeps for a reader that is stalled; a tenant among it is found all the same.</summary>
internal sealed class EventsOverflow() : Fault("events overflowed", weight: 1)
{
    /// <summary>Of a queue, unless somebody set it otherwise. Each file is three and more.</summary>
    private const int Events = 16_384;

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        if (host.Agent is not { } agent)
            return;
        agent.Send(Signal.Stop);
        SideTenant? side = null;
        try
        {
            for (var i = 0; i < Events / 2; i++)
            {
                var path = Path.Combine(host.Folder, $"{i}.tmp");
                File.WriteAllBytes(path, []);
                File.Delete(path);
            }
            side = await SideTenant.CreateAsync(site, host);
        }
        finally
        {
            agent.Send(Signal.Continue);
        }
        await side.IsBackedUpAsync();
        await side.DisposeAsync();
    }
}
