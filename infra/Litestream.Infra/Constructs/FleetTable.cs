using Amazon.CDK;
using Amazon.CDK.AWS.DynamoDB;
using Constructs;
using Litestream.Fleet.Table;
using Attribute = Amazon.CDK.AWS.DynamoDB.Attribute;
using Treaty = Litestream.Fleet.Table.FleetTable;

namespace Litestream.Infra.Constructs;

/// <summary>The one table of the fleet, as the treaty has it.</summary>
internal sealed class FleetTable : Construct
{
    public FleetTable(Construct scope) : base(scope, "FleetTable")
    {
        Table = new(this, "Table", new TablePropsV2
        {
            PartitionKey = Text(Treaty.PartitionKey),
            SortKey = Text(Treaty.SortKey),
            Billing = Billing.OnDemand(),
            Encryption = TableEncryptionV2.AwsManagedKey(),
            PointInTimeRecovery = true,
            TimeToLiveAttribute = Treaty.TimeToLive,
            DeletionProtection = true,
            RemovalPolicy = RemovalPolicy.RETAIN,
            GlobalSecondaryIndexes = [.. Treaty.Indexes.Select(Index)],
        });
    }

    public TableV2 Table { get; }

    /// <summary>Of the table's indexes.</summary>
    public string IndexArns => $"{Table.TableArn}/index/*";

    private static GlobalSecondaryIndexPropsV2 Index(IndexDefinition index) => new()
    {
        IndexName = index.Name,
        PartitionKey = Text(index.PartitionKey),
        SortKey = Text(index.SortKey),
        ProjectionType = index.Included is null ? ProjectionType.ALL : ProjectionType.INCLUDE,
        NonKeyAttributes = index.Included?.ToArray(),
    };

    private static Attribute Text(string name) => new() { Name = name, Type = AttributeType.STRING };
}
