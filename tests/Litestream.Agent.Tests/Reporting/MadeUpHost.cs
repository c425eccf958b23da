using System.Collections.Concurrent;
using Litestream.Agent.Configuration;
using Litestream.Agent.Reporting;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Ltx;
using Litestream.Tests.Servers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Agent.Tests.Reporting;

/// <summary>A host whose databases are made up: the real reporting on top of snapshots that the test writes down.</summary>
internal sealed class MadeUpHost : IAsyncDisposable
{
    public static readonly TimeSpan LagLimit = TimeSpan.FromSeconds(300);

    private readonly FleetTableClient _table;
    private readonly TableServer _server;

    public MadeUpHost(TableServer server, string id = "web-1", FleetOptions? options = null, TimeSpan? limit = null, int seed = 1, ILogger? logger = null)
    {
        _server = server;
        _table = FleetTables.Client(server, limit, Time);
        Reporter = new(
            options ?? new() { Table = FleetTables.Name }, id, LagLimit, () => new(Databases.Values, 1, 2, new Dictionary<string, long> { ["PUT"] = 3 }, (4, 5)), _table, Time,
            () => TimeSpan.FromSeconds(Time.GetTimestamp() / (double)Time.TimestampFrequency), logger ?? NullLogger.Instance, new Random(seed));
    }

    public FleetReporter Reporter { get; }

    public LaterTime Time { get; } = new(TimeSpan.Zero);

    public ConcurrentDictionary<Guid, DatabaseSnapshot> Databases { get; } = [];

    public HostDigest? Digest => FleetTables.Find(_server, FleetKeys.Host(Reporter.HostId)) is { } item ? HostDigestItem.Read(item) : null;

    public static DatabaseSnapshot Snapshot(string name, ulong txid = 7) => new()
    {
        Name = name,
        Path = $"/srv/clients/{name}.db",
        Replicas = [new() { Url = $"s3://backups/databases/{name}", Status = DatabaseStatus.Active, Txid = new(txid) }],
        Status = DatabaseStatus.Active,
        Reason = DatabaseReason.Cold,
        CreatedAt = DateTimeOffset.UnixEpoch,
        SizeBytes = 8192,
        PageSize = 4096,
        Epoch = 1,
        Txid = new(txid),
    };

    public Guid Add(ulong txid = 7)
    {
        var tenant = Guid.NewGuid();
        Databases[tenant] = Snapshot($"{tenant}", txid);
        return tenant;
    }

    public void Change(Guid tenant, Func<DatabaseSnapshot, DatabaseSnapshot> change) => Databases[tenant] = change(Databases[tenant]);

    /// <summary>Somebody committed.</summary>
    public void Use(Guid tenant, ulong txid) => Change(tenant, d => d with { Txid = new Txid(txid), Replicas = [d.Replicas[0] with { Txid = new Txid(txid) }] });

    /// <summary>One look, and what follows from it, to its end.</summary>
    public async Task<TimeSpan> BeatAsync()
    {
        var next = await Reporter.BeatAsync(CancellationToken.None);
        await Reporter.TenantBatch;
        return next;
    }

    public TenantRecord? Tenant(Guid tenant) => FleetTables.Find(_server, FleetKeys.Tenant(tenant)) is { } item ? TenantItem.Read(item) : null;

    public async ValueTask DisposeAsync() => await Reporter.DisposeAsync();
}
