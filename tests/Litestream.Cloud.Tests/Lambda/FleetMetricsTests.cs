using System.Text.Json;
using Litestream.Cloud.Lambda;
using Litestream.Fleet;
using Litestream.Fleet.Items;

namespace Litestream.Cloud.Tests.Lambda;

/// <summary>The line from which CloudWatch makes metrics.</summary>
public sealed class FleetMetricsTests
{
    [Fact]
    public void It_counts_what_is_wrong_and_names_each_number_once()
    {
        var now = DateTimeOffset.UnixEpoch.AddDays(20_000);
        HostDigest[] hosts = [FleetItems.Host("web-1", now) with { Unhealthy = 3, SplitBrain = 1 }, FleetItems.Host("web-2", now.AddHours(-1)) with { Unhealthy = 2 }];
        SliceRecord[] slices = [new() { Slice = 1, Failed = 4, Unproven = 5, Behind = 6 }, new() { Slice = 2, Failed = 1 }];

        var line = FleetMetrics.Line("fleet", hosts, slices, now);

        Assert.DoesNotContain('\n', line);
        var json = JsonDocument.Parse(line).RootElement;
        var names = json.GetProperty("_aws").GetProperty("CloudWatchMetrics")[0].GetProperty("Metrics").EnumerateArray().Select(m => m.GetProperty("Name").GetString()!).ToList();
        Assert.Equal(
            new Dictionary<string, int> { ["LostHosts"] = 1, ["BreachingTenants"] = 11, ["SplitBrainTenants"] = 1, ["FailedDrills"] = 5, ["UnprovenTenants"] = 5 },
            names.ToDictionary(n => n, n => json.GetProperty(n).GetInt32()));
        Assert.Equal(FleetMetricNames.Namespace, json.GetProperty("_aws").GetProperty("CloudWatchMetrics")[0].GetProperty("Namespace").GetString());
        Assert.Equal("fleet", json.GetProperty("Table").GetString());
        Assert.Equal(now.ToUnixTimeMilliseconds(), json.GetProperty("_aws").GetProperty("Timestamp").GetInt64());
    }
}
