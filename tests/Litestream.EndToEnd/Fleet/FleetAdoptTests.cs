using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Replication;

namespace Litestream.EndToEnd.Fleet;

/// <summary>Tenants of a host that is gone come to another one, which dies at each step of that.</summary>
public sealed class FleetAdoptTests
{
    private static readonly FaultPoint[] Steps =
        [FaultPoint.EpochRaised, FaultPoint.FenceNotPublished, FaultPoint.FencedNotRestored, FaultPoint.RestoreProven, FaultPoint.RestoreNamed, FaultPoint.CommandNotTold];

    [NeedsNode]
    public async Task Wherever_its_new_host_dies_the_next_start_goes_on_and_the_tenant_is_there_whole()
    {
        using var fleet = await FleetHosts.BeginAsync();
        var tenants = new List<Tenant>();
        foreach (var _ in Steps)
            tenants.Add(await fleet.CreateTenantAsync("web-1"));
        var first = await fleet.StartAsync("web-1");
        foreach (var tenant in tenants)
        {
            await fleet.OwnerIsAsync(tenant, "web-1", 1, StatusWords.Active);
            using var application = await tenant.OpenAsync();
            await application.InsertAsync(20);
            await first.SyncAsync(tenant.Id);
        }
        await first.KillAsync();
        await Eventually.TrueAsync(async () => LivenessWords.Of((await fleet.DigestAsync("web-1"))!, DateTimeOffset.UtcNow) == LivenessWords.Lost, () => "its host is lost");

        foreach (var (tenant, step) in tenants.Zip(Steps))
        {
            var second = await fleet.StartAsync("web-2", crashAt: $"{step}");
            var command = await fleet.PutAsync("web-2", tenant, CommandKinds.Adopt, new() { Epoch = 1 });
            await second.WaitForExitAsync();
            var there = tenant with { Directory = fleet.FolderOf("web-2") };
            // Whole, or not there at all.
            Assert.Equal(step is FaultPoint.RestoreNamed or FaultPoint.CommandNotTold, File.Exists(there.Path));
            Assert.Equal(("web-2", 2L), ((await fleet.TenantAsync(tenant))!.HostId, (await fleet.TenantAsync(tenant))!.Epoch));
            using var again = await fleet.StartAsync("web-2");
            var ended = await fleet.EndOfAsync(command, again);
            Assert.True(ended.State == CommandStates.Done, $"{step}: {ended}\n{again.Said}");
            await fleet.OwnerIsAsync(tenant, "web-2", 2, StatusWords.Active);
            var digests = await WriterProgram.DigestsAsync(fleet.Sandbox, tenant.Path, there.Path);
            Assert.Equal(digests[tenant.Path], digests[there.Path]);
            Assert.Equal("ok", (await WriterProgram.ChecksAsync(fleet.Sandbox, there.Path))[there.Path]);
            Assert.Empty(Directory.GetFiles(there.Directory, $"{tenant.Id}*.part*"));
            using (var application = await there.OpenAsync())
                await application.InsertAsync(10);
            await again.SyncAsync(there.Id);
            await there.ReplicaBecomesEqualAsync(again);
            await again.StopInOrderAsync();
        }
    }
}
