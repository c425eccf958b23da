using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Tests.Table;

/// <summary>The table of the tests refuses, as DynamoDB does, to go on behind what a query could not find: else the tests of our cursors would show nothing.</summary>
public sealed class StartKeyTests
{
    [Theory]
    [InlineData("TENANT#ab", "ab000000-0000-0000-0000-000000000001", true)]
    [InlineData("TENANT#ab", "ab000000-0000-0000-0000-00000000000f", true)] // nobody's, but it could be there
    [InlineData("TENANT#ac", "ab000000-0000-0000-0000-000000000001", false)]
    [InlineData("TENANT#ab", "ac000000-0000-0000-0000-000000000001", false)]
    [InlineData("TENANT#ab", null, false)]
    public async Task A_page_begins_behind_a_key_of_its_own_partition_and_prefix_or_not_at_all(string partition, string? sort, bool isFine)
    {
        await using var cloud = await RunningCloud.StartAsync();
        cloud.Table.Put(TenantItem.Write(FleetItems.Tenant(FleetItems.Guid("ab000000", 1), "web-1")));
        using var client = new FleetTableClient("fleet", TimeSpan.FromSeconds(5), RunningCloud.Options(cloud.Table).TableAccess, TimeProvider.System);
        var from = new Item { { FleetTable.PartitionKey, ItemValue.Of(partition) } };
        if (sort is not null)
            from.Add(FleetTable.SortKey, ItemValue.Of(sort));
        var asked = () => client.QueryAsync(ItemQuery.TenantsBeginning("ab"), 10, from, default);
        if (isFine)
            Assert.Empty((await asked()).Items);
        else
            Assert.Equal(TableFault.Invalid, (await Assert.ThrowsAsync<FleetTableException>(asked)).Fault);
    }
}
