namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>The disk of a state directory is full to the last page for a while.</summary>
internal sealed class DiskFull() : Fault("disk full", weight: 1)
{
    public override string? Missing(ChaosSite site) => site.Machine.SmallDisk is null ? "full disks (mounting is not allowed)" : null;

    public override IReadOnlyList<string> Takes(ChaosSite site, ChaosHost host) => [site.Hosts[^1].Name];

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        site.Machine.SmallDisk!.Fill();
        try
        {
            await ForAsync(random, 1000, 8000);
        }
        finally
        {
            site.Machine.SmallDisk.Free();
        }
    }
}
