using System.Text.Json;
using Litestream.Cloud.Table;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Tests.Table;

public sealed class TableDefinitionTests
{
    [Fact]
    public void The_table_is_as_the_treaty_has_it()
    {
        var output = new StringWriter();
        Assert.Equal(0, TableDefinition.Write("fleet", output));
        using var json = JsonDocument.Parse(output.ToString());
        var table = json.RootElement;
        Assert.Equal("fleet", table.GetProperty("TableName").GetString());
        Assert.Equal("PAY_PER_REQUEST", table.GetProperty("BillingMode").GetString());
        Assert.Equal(["pk HASH", "sk RANGE"], Keys(table));
        Assert.Equal(FleetTable.KeyAttributes, table.GetProperty("AttributeDefinitions").EnumerateArray().Select(a => a.GetProperty("AttributeName").GetString()));
        foreach (var (given, index) in table.GetProperty("GlobalSecondaryIndexes").EnumerateArray().Zip(FleetTable.Indexes))
        {
            Assert.Equal(index.Name, given.GetProperty("IndexName").GetString());
            Assert.Equal([$"{index.PartitionKey} HASH", $"{index.SortKey} RANGE"], Keys(given));
            var projection = given.GetProperty("Projection");
            Assert.Equal(index.Included is null ? "ALL" : "INCLUDE", projection.GetProperty("ProjectionType").GetString());
            Assert.Equal(index.Included, projection.TryGetProperty("NonKeyAttributes", out var names) ? [.. names.EnumerateArray().Select(n => n.GetString()!)] : null);
        }
    }

    private static List<string> Keys(JsonElement element) =>
        [.. element.GetProperty("KeySchema").EnumerateArray().Select(k => $"{k.GetProperty("AttributeName").GetString()} {k.GetProperty("KeyType").GetString()}")];
}
