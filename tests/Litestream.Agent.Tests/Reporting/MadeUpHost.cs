using System.Collections.Concurrent;
using Litestream.Agent.Configuration;
using Litestream.Agent.RemoteCommands;
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
    private readonly UlidSource _ids;

    /// <param name="former">What it was called on another machine.</param>
    public MadeUpHost(TableServer server, string id = "web-1", FleetOptions? options = null, TimeSpan? limit = null, int seed = 1, ILogger? logger = null, string? former = null)
    {
        _server = server;
        _table = FleetTables.Client(server, limit, Time);
        _ids = new(Time, new Random(seed));
        Lane = new(id, _table, _ => null, [new HalfMinuteCommand(() => Lane!.RunId, _table)], Time, NullLogger.Instance, new Random(seed));
        Reporter = new(
            options ?? new() { Table = FleetTables.Name }, id, LagLimit, () => new(Databases.Values, 1, 2, new Dictionary<string, long> { ["PUT"] = 3 }, (4, 5)), _table, Time,
            () => TimeSpan.FromSeconds(Time.GetTimestamp() / (double)Time.TimestampFrequency), logger ?? NullLogger.Instance, new Random(seed), Lane.Heard,
            lost: (tenant, why, _) => Lost.Enqueue((tenant, why)),
            ownership: Ownership = new(id, _table, Time, former is null ? null : new([former], new(_table, Time), _ => HasForgotten = true)),
            isFree: Free.Enqueue);
    }

    /// <summary>Its commands; looks when the test says so.</summary>
    public RemoteCommandLane Lane { get; }

    public FleetReporter Reporter { get; }

    public TenantOwnership Ownership { get; }

    /// <summary>What it was called elsewhere: that host lives.</summary>
    public bool HasForgotten { get; private set; }

    public LaterTime Time { get; } = new(TimeSpan.Zero);

    public ConcurrentDictionary<Guid, DatabaseSnapshot> Databases { get; } = [];

    /// <summary>What the engine was told to stop.</summary>
    public ConcurrentQueue<(Guid Tenant, string Why)> Lost { get; } = [];

    /// <summary>What the engine was told to look at.</summary>
    public ConcurrentQueue<Guid> Free { get; } = [];

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

    /// <summary>It is this host's no more, and a look has said so, or tried to.</summary>
    public Task GiveUpAsync(Guid tenant)
    {
        Change(tenant, d => d with { Status = DatabaseStatus.Paused, Reason = DatabaseReason.Released, IsPaused = true, IsReleased = true });
        return BeatAsync();
    }

    /// <summary>Somebody committed.</summary>
    public void Use(Guid tenant, ulong txid) => Change(tenant, d => d with { Txid = new Txid(txid), Replicas = [d.Replicas[0] with { Txid = new Txid(txid) }] });

    /// <summary>One look, and what follows from it, to its end.</summary>
    public async Task<TimeSpan> BeatAsync()
    {
        var next = await Reporter.BeatAsync(CancellationToken.None);
        await Reporter.TenantBatch;
        return next;
    }

    /// <summary>As the API asks for something, which this host then does.</summary>
    public async Task AskAsync(Guid tenant)
    {
        var now = Time.GetUtcNow();
        await _table.WriteAsync(CommandItem.Put(new()
        {
            HostId = Reporter.HostId,
            Id = _ids.Next(),
            Kind = HalfMinuteCommand.Name,
            State = CommandStates.Requested,
            Tenant = tenant,
            RequestedAt = now,
            RequestedBy = "ada@example.org",
            ExpiresAt = now.AddHours(1),
            Arguments = new() { Timestamp = now, TargetPath = $"/srv/restored/{tenant}.db" },
        }), CancellationToken.None);
        await _table.WriteAsync(HostDigestItem.CommandAdded(Reporter.HostId), CancellationToken.None);
    }

    /// <summary>What follows from what its last heartbeat said of commands, to its end.</summary>
    public async Task ObeyAsync()
    {
        await Lane.LookAsync(CancellationToken.None);
        await Lane.Running;
    }

    /// <summary>It drilled.</summary>
    public Task ProveAsync(Guid tenant, string verdict = ProofVerdicts.Pass) => new ProofTable(_table, new(Time), NullLogger.Instance).WriteAsync(new()
    {
        Tenant = tenant,
        At = Time.GetUtcNow(),
        Verdict = verdict,
        By = Reporter.HostId,
        Command = _ids.Next(),
        Txid = "000000000000002a",
        Seconds = 0.123,
        Bytes = 1 << 20,
        Checks = "sum,integrity,live",
    }, CancellationToken.None);

    public TenantRecord? Tenant(Guid tenant) => FleetTables.Find(_server, FleetKeys.Tenant(tenant)) is { } item ? TenantItem.Read(item) : null;

    public async ValueTask DisposeAsync()
    {
        await Lane.DisposeAsync();
        await Reporter.DisposeAsync();
    }
}
