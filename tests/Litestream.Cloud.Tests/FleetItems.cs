using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Cloud.Tests;

/// <summary>A fleet, as its agents would have written it.</summary>
internal static class FleetItems
{
    public static Task<TableServer> StartTableAsync() =>
        TableServer.StartAsync([.. FleetTable.Indexes.Select(i => (i.PartitionKey, i.SortKey, (IReadOnlyCollection<string>?)i.Included))]);

    public static void Put(this TableServer table, Item item) =>
        table.Put(item.Key.Partition, item.Key.Sort, item.Select(a => KeyValuePair.Create(a.Key, new TableValue(a.Value.IsNumber, a.Value.Text))));

    /// <summary>A host that just said so.</summary>
    public static HostDigest Host(string id, DateTimeOffset? at = null) => new()
    {
        HostId = id,
        State = HostStates.Running,
        At = at ?? DateTimeOffset.UtcNow,
        StartedAt = DateTimeOffset.UnixEpoch,
        IntervalSeconds = 30,
        Version = "0.1.0",
        Tenants = 10,
        Active = 6,
        Waiting = 1,
        Paused = 1,
        Error = 2,
        Unhealthy = 2,
        Hot = 3,
        WorstLagSeconds = 4.5,
        LagLimitSeconds = 300,
        DirtyBytes = 100,
        TenantBytes = 1000,
    };

    public static TenantRecord Tenant(Guid tenant, string? host, string? problem = null, DateTimeOffset? since = null) => new()
    {
        Tenant = tenant,
        HostId = host,
        Epoch = 3,
        Replica = $"s3://backups/databases/{tenant:d}",
        Path = $"/srv/data/{tenant:d}.db",
        Status = problem is null or ProblemWords.Late ? StatusWords.Active : StatusWords.Error,
        Reason = ReasonWords.Cold,
        Problem = problem,
        Since = since ?? DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
        Txid = "000000000000002a",
    };

    /// <summary>The <paramref name="number"/>th of those that begin with <paramref name="prefix"/>, eight digits.</summary>
    public static Guid Guid(string prefix, int number) => System.Guid.ParseExact($"{prefix}-0000-0000-0000-{number:x12}", "d");
}
