using Litestream.Agent.Configuration;
using Litestream.Agent.Reporting;
using Litestream.DynamoDb;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Agent.Tests.Reporting;

/// <summary>A fleet's table in the test's own process, and clients for it.</summary>
internal static class FleetTables
{
    public const string Name = "fleet";

    public static Task<TableServer> StartAsync() =>
        TableServer.StartAsync([.. FleetTable.Indexes.Select(i => (i.PartitionKey, i.SortKey, (IReadOnlyCollection<string>?)i.Included))]);

    public static AgentEnvironment Environment(TableServer server, string folder = "/srv") => new()
    {
        WorkingDirectory = folder,
        DynamoDbEndpoint = server.Endpoint,
        Region = "eu-west-1",
        AccessKeyId = "AKIDTESTS",
        SecretAccessKey = "any secret will do",
    };

    public static FleetTableClient Client(TableServer server, TimeSpan? limit = null, TimeProvider? time = null) =>
        new(Name, limit ?? TimeSpan.FromSeconds(10), Environment(server).TableAccess, time ?? TimeProvider.System);

    /// <summary>As the treaty reads it.</summary>
    public static Item? Find(TableServer server, ItemKey key) => server.Find(key.Partition, key.Sort) is { } item ? Read(item) : null;

    public static Item Read(IReadOnlyDictionary<string, TableValue> values)
    {
        var item = new Item();
        foreach (var (name, value) in values)
            item.Add(name, value.IsNumber ? ItemValue.OfNumberText(value.Text) : ItemValue.Of(value.Text));
        return item;
    }
}
