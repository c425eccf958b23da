using System.Text;
using System.Text.Json;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Table;

/// <summary>
/// <c>litestream-cloud table NAME</c>: the fleet's table as DynamoDB's CreateTable takes it, from the treaty. For who makes it by hand:
/// <c>aws dynamodb create-table --cli-input-json</c>. The program itself never makes one: it may not.
/// </summary>
internal static class TableDefinition
{
    public static int Write(string name, TextWriter output)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new() { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("TableName", name);
            json.WriteString("BillingMode", "PAY_PER_REQUEST");
            json.WriteStartArray("AttributeDefinitions");
            foreach (var attribute in FleetTable.KeyAttributes)
            {
                json.WriteStartObject();
                json.WriteString("AttributeName", attribute);
                json.WriteString("AttributeType", "S");
                json.WriteEndObject();
            }
            json.WriteEndArray();
            WriteKeys(json, FleetTable.PartitionKey, FleetTable.SortKey);
            json.WriteStartArray("GlobalSecondaryIndexes");
            foreach (var index in FleetTable.Indexes)
                WriteIndex(json, index);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
        return 0;
    }

    private static void WriteIndex(Utf8JsonWriter json, IndexDefinition index)
    {
        json.WriteStartObject();
        json.WriteString("IndexName", index.Name);
        WriteKeys(json, index.PartitionKey, index.SortKey);
        json.WriteStartObject("Projection");
        json.WriteString("ProjectionType", index.Included is null ? "ALL" : "INCLUDE");
        if (index.Included is { } included)
        {
            json.WriteStartArray("NonKeyAttributes");
            foreach (var attribute in included)
                json.WriteStringValue(attribute);
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteKeys(Utf8JsonWriter json, string partition, string sort)
    {
        json.WriteStartArray("KeySchema");
        foreach (var (name, type) in new[] { (partition, "HASH"), (sort, "RANGE") })
        {
            json.WriteStartObject();
            json.WriteString("AttributeName", name);
            json.WriteString("KeyType", type);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
