using Litestream.EndToEnd.Histories;

namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>An application dies inside the fsync of a commit, and comes back.</summary>
internal sealed class ApplicationDiedInFsync() : Fault("application died in fsync", weight: 1)
{
    public override string? Missing(ChaosSite site) => DyingInFsync.IsPossible ? null : "deaths inside an fsync (no C compiler)";

    public override IReadOnlyList<string> Takes(ChaosSite site, ChaosHost host) => ["applications"];

    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        await site.Writers.OneDiesInFsyncAsync(TimeSpan.FromSeconds(5));
        site.Writers.StartAll();
    }
}
