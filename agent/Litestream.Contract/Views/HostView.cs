using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Contract.Views;

/// <summary>A digest as the API shows it.</summary>
internal static class HostView
{
    public static FleetHost Of(HostDigest digest, DateTimeOffset now) => new()
    {
        HostId = digest.HostId,
        Liveness = LivenessWords.Of(digest, now),
        State = digest.State,
        At = digest.At,
        AgeSeconds = Math.Round(Math.Max(0, (now - digest.At).TotalSeconds), 3),
        IntervalSeconds = digest.IntervalSeconds,
        StartedAt = digest.StartedAt,
        Version = digest.Version,
        Tenants = digest.Tenants,
        Counts = Counts([digest]),
        UnhealthyTenants = digest.Unhealthy,
        HotTenants = digest.Hot,
        OtherDatabases = digest.OtherDatabases,
        WorstLagSeconds = digest.WorstLagSeconds,
        P99LagSeconds = digest.P99LagSeconds,
        LagLimitSeconds = digest.LagLimitSeconds,
        DirtyBytes = digest.DirtyBytes,
        TenantBytes = digest.TenantBytes,
        DiskFreeBytes = digest.DiskFreeBytes,
        DiskBytes = digest.DiskBytes,
        Requests = new Dictionary<string, long> { ["PUT"] = digest.PutRequests, ["GET"] = digest.GetRequests, ["LIST"] = digest.ListRequests, ["DELETE"] = digest.DeleteRequests },
    };

    /// <summary>The same for everybody who looks between two digests: what a tag is made of.</summary>
    public static FleetHost WithoutAge(FleetHost host) => host with { AgeSeconds = 0 };

    /// <summary>Tenants by status, as their hosts last said.</summary>
    public static Dictionary<string, int> Counts(IReadOnlyCollection<HostDigest> digests) => new()
    {
        [StatusWords.Active] = digests.Sum(d => d.Active),
        [StatusWords.Waiting] = digests.Sum(d => d.Waiting),
        [StatusWords.Paused] = digests.Sum(d => d.Paused),
        [StatusWords.Error] = digests.Sum(d => d.Error),
        [StatusWords.SplitBrain] = digests.Sum(d => d.SplitBrain),
        [StatusWords.Lost] = digests.Sum(d => d.Lost),
    };
}
