using System.Net;
using Litestream.Fleet.Items;

namespace Litestream.Cloud.Tests.Api;

/// <summary>What an address costs does not grow with the number of tenants, as none scans.</summary>
public sealed class ItemsReadTests
{
    private const int Hosts = 1_000;
    private const int Page = 50;


    private static readonly string[] Addresses =
    [
        "/api/health", "/api/status", $"/api/hosts?limit={Page}", "/api/hosts/web-007", $"/api/hosts/web-007/tenants?limit={Page}",
        $"/api/tenants?prefix=a0&limit={Page}", $"/api/tenants?problems=true&limit={Page}", "/api/tenants/a0000000-0000-0000-0000-000000000000",
    ];

    [Fact]
    public async Task Ten_times_the_tenants_cost_no_item_more()
    {
        var few = await ReadAsync(20_000);
        var many = await ReadAsync(200_000);
        Assert.Equal(few, many);
        Assert.InRange(few["/api/status"], Hosts, Hosts + (16 * 16));
        Assert.All(few.Where(f => f.Key != "/api/status"), f => Assert.InRange(f.Value, 0, 16 * 16));
    }

    /// <summary>Items read for each address, by an API that has just begun.</summary>
    private static async Task<Dictionary<string, long>> ReadAsync(int tenants)
    {
        await using var cloud = await RunningCloud.StartAsync(time: new StillTime());
        for (var i = 0; i < Hosts; i++)
            cloud.Table.Put(HostDigestItem.Write(FleetItems.Host($"web-{i:000}")));
        for (var i = 0; i < tenants; i++)
            cloud.Table.Put(TenantItem.Write(FleetItems.Tenant(FleetItems.Guid($"{(i % 16) + 0xa0:x2}000000", i), $"web-{(i % 100 == 0 ? 7 : i % Hosts):000}", i % 20 == 0 ? ProblemWords.Error : null)));
        var items = new Dictionary<string, long>();
        foreach (var address in Addresses)
        {
            var before = cloud.Table.Charges.ItemsRead;
            Assert.Equal(HttpStatusCode.OK, (await cloud.GetAsync(address)).StatusCode);
            items[address] = cloud.Table.Charges.ItemsRead - before;
        }
        return items;
    }
}
