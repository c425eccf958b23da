using Amazon.DynamoDBv2.Model;
using Litestream.Fleet.Table;

namespace Litestream.DynamoDb;

/// <summary>The treaty's items as the SDK's, and back.</summary>
internal static class DynamoDbItems
{
    public static AttributeValue Write(ItemValue value) => value.IsNumber ? new() { N = value.Text } : new() { S = value.Text };

    public static Dictionary<string, AttributeValue> Write(IEnumerable<KeyValuePair<string, ItemValue>> values) => values.ToDictionary(v => v.Key, v => Write(v.Value));

    public static Dictionary<string, AttributeValue> Write(ItemKey key) => new()
    {
        [FleetTable.PartitionKey] = new() { S = key.Partition },
        [FleetTable.SortKey] = new() { S = key.Sort },
    };

    /// <summary>Types that the treaty does not know are left out.</summary>
    public static Item Read(Dictionary<string, AttributeValue> attributes)
    {
        var item = new Item();
        foreach (var (name, value) in attributes)
        {
            if (value.S is { } text)
                item.Add(name, ItemValue.Of(text));
            else if (value.N is { } number)
                item.Add(name, ItemValue.OfNumberText(number));
        }
        return item;
    }
}
