using Litestream.EndToEnd.Histories;

namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>
/// The disk of a watched directory is unmounted lazily while an application writes to it, and mounted again: its host says that its tenants are not there, forgets none of them, and nothing
/// that was written meanwhile is missing.
/// </summary>
internal sealed class DirectoryUnmounted() : Fault("directory unmounted", weight: 1)
{
    private const int MostCommits = 30;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public override string? Missing(ChaosSite site) => RemovableDisk.IsPossible ? null : "unmounted directories (mounting is not allowed)";

    public override IReadOnlyList<string> Takes(ChaosSite site, ChaosHost host) => [HostOf(site).Name];

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        host = HostOf(site);
        var disk = host.Disk!;
        await using var written = await SideTenant.CreateAsync(site, host, disk.Path);
        await using var resting = await SideTenant.CreateAsync(site, host, disk.Path);
        if (!await written.IsSyncedAsync() || !await resting.IsSyncedAsync())
            return;
        using (var application = await written.Tenant.OpenAsync())
        {
            await application.InsertAsync(5);
            disk.TakeOut();
            try
            {
                for (var commits = random.Next(1, MostCommits); commits > 0; commits--)
                    await application.InsertAsync(5);
                if (random.Next(3) == 0)
                    await ForAsync(random, 0, 4000);
                else
                    await IsToldAsync(site, host, disk);
            }
            finally
            {
                disk.PutBack();
            }
            await application.InsertAsync(5);
            await application.EndAsync();
        }
        await written.IsBackedUpAsync();
        await resting.IsBackedUpAsync();
    }

    private static async Task IsToldAsync(ChaosSite site, ChaosHost host, RemovableDisk disk)
    {
        for (var deadline = DateTime.UtcNow + (Patience * ChaosSite.Load); DateTime.UtcNow < deadline; await Task.Delay(100))
        {
            if (await host.AskAsync("/api/status?limit=1") is { } status && status.GetProperty("directories").EnumerateArray()
                .Any(directory => directory.GetProperty("path").GetString() == disk.Path && directory.GetProperty("error").GetString() is not null))
                return;
        }
        site.Find(Finding.NotNamed, $"{host.Name} does not say that the disk at {disk.Path} is gone\n{host.Said}");
    }

    private static ChaosHost HostOf(ChaosSite site) => site.Hosts.First(host => host.Disk is not null);
}
