using Litestream.Cloud.Api;
using Litestream.Fleet;
using Litestream.Fleet.Items;

namespace Litestream.Cloud.Tests.Api;

/// <summary>The fleet in sums, as a pure function.</summary>
public sealed class StatusReportTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(50);

    [Fact]
    public void An_empty_fleet_has_nothing_and_lacks_no_word()
    {
        var status = StatusEndpoints.Report([], Now);
        Assert.Equal((0, 0, 0, 0.0), (status.TotalClients, status.ActiveClients, status.Hosts, status.WorstLagSeconds));
        Assert.Equal(StatusWords.All.Order(), status.Counts.Keys.Order());
        Assert.Equal(LivenessWords.All.Order(), status.HostCounts.Keys.Order());
    }

    [Theory]
    [InlineData(0, 6, 0, LivenessWords.Live)]
    [InlineData(100, 6, 0, LivenessWords.Late)]
    [InlineData(301, 0, 10, LivenessWords.Lost)]
    [InlineData(-301, 0, 10, LivenessWords.Unknown)]
    public void Tenants_of_hosts_that_are_not_heard_of_are_unknown(int ageSeconds, int active, int unknown, string liveness)
    {
        var status = StatusEndpoints.Report([FleetItems.Host("web", Now.AddSeconds(-ageSeconds))], Now);
        Assert.Equal((10, active, unknown), (status.TotalClients, status.ActiveClients, status.UnknownClients));
        Assert.Equal(1, status.HostCounts[liveness]);
        Assert.Equal(unknown == 0 ? 4.5 : 0, status.WorstLagSeconds);
    }

    [Fact]
    public void Hosts_that_stopped_vouch_for_nothing()
    {
        var stopped = FleetItems.Host("web", Now) with { State = HostStates.Stopped };
        var status = StatusEndpoints.Report([stopped, FleetItems.Host("live", Now)], Now);
        Assert.Equal((20, 6, 10), (status.TotalClients, status.ActiveClients, status.UnknownClients));
        Assert.Equal((1, 1), (status.HostCounts[LivenessWords.Stopped], status.HostCounts[LivenessWords.Live]));
        Assert.Equal(12, status.Counts[StatusWords.Active]);
        Assert.Equal((200, 2000), (status.DirtyBytes, status.TenantBytes));
    }
}
