using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Tests.Servers;

namespace Litestream.Benchmarks;

/// <summary>A table as a fleet leaves it that has run for two months: hosts that are alive, their tenants, what was asked for and who changed what.</summary>
internal sealed class SyntheticFleet
{
    public const int Hosts = 1_000;

    /// <summary>Evacuations and moves are rare: a list of them reads past what lies between.</summary>
    private const int Jobs = 3_000;
    private const int JobDays = 60;
    private const int AuditLines = 5_000;
    private const int AuditDays = 30;

    private static readonly string[] KindsOfFiftyJobs =
        [JobKinds.Evacuation, JobKinds.Move, JobKinds.Move, .. Enumerable.Repeat(JobKinds.Drill, 17), .. Enumerable.Repeat(JobKinds.Restore, 30)];

    private readonly TableServer _table;
    private readonly Random _random = new(20261122);
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;
    private readonly List<Guid> _some = [];

    private SyntheticFleet(TableServer table) => _table = table;

    /// <summary>Some of its tenants.</summary>
    public IReadOnlyList<Guid> Some => _some;

    public static string HostId(int number) => $"web-{number:000}";

    public static SyntheticFleet Create(TableServer table, int tenants)
    {
        var fleet = new SyntheticFleet(table);
        for (var i = 0; i < Hosts; i++)
            fleet.Put(HostDigestItem.Write(fleet.Host(i, tenants / Hosts)));
        for (var i = 0; i < tenants; i++)
        {
            var tenant = fleet.Tenant(i);
            fleet.Put(TenantItem.Write(tenant));
            if (i % Math.Max(1, tenants / 1_000) == 0)
                fleet._some.Add(tenant.Tenant);
        }
        for (var i = 0; i < Jobs; i++)
            fleet.Put(JobItem.Write(fleet.Job(i)));
        for (var i = 0; i < AuditLines; i++)
            fleet.Put(AuditItem.Write(fleet.Line(i)));
        return fleet;
    }

    private HostDigest Host(int number, int tenants) => new()
    {
        HostId = HostId(number),
        State = HostStates.Running,
        At = _now,
        StartedAt = _now.AddDays(-1),
        // Alive for as long as this takes.
        IntervalSeconds = 3600,
        Version = "0.1.0",
        Tenants = tenants,
        Active = tenants,
        LagLimitSeconds = 300,
        DiskBytes = 1L << 40,
        DiskFreeBytes = 1L << 39,
    };

    private TenantRecord Tenant(int number)
    {
        var tenant = NextGuid();
        // One in a thousand is in trouble.
        var problem = number % 1_000 == 0 ? ProblemWords.Error : null;
        return new()
        {
            Tenant = tenant,
            HostId = HostId(number % Hosts),
            Epoch = 1,
            Replica = $"s3://backups/databases/{tenant:d}",
            Path = $"/srv/tenants/{tenant:d}.db",
            Status = problem is null ? StatusWords.Active : StatusWords.Error,
            Reason = problem is null ? ReasonWords.Cold : null,
            Problem = problem,
            Since = _now.AddSeconds(-number % 86_400),
            UpdatedAt = _now,
            SizeBytes = 20_480,
            PageSize = 4_096,
            Txid = "000000000000002a",
            ReplicatedTxid = "000000000000002a",
            LastSyncAt = _now,
            LastDrillAt = _now,
            LastDrillVerdict = ProofVerdicts.Pass,
            LagLimitSeconds = 300,
        };
    }

    private JobRecord Job(int number)
    {
        var at = _now.AddDays(-(double)JobDays * number / Jobs);
        return new()
        {
            Id = Ulid.First(at).Plus(number),
            Kind = KindsOfFiftyJobs[_random.Next(KindsOfFiftyJobs.Length)],
            State = JobStates.Done,
            RequestedAt = at,
            RequestedBy = "ada@example.org",
            FinishedAt = at.AddMinutes(1),
            ToHosts = HostId(_random.Next(Hosts)),
            Total = 1,
            Done = 1,
            Bytes = 20_480,
        };
    }

    private AuditRecord Line(int number)
    {
        var at = _now.AddDays(-(double)AuditDays * number / AuditLines);
        return new()
        {
            Id = Ulid.First(at).Plus(number),
            At = at,
            Actor = "ada@example.org",
            Action = "restore",
            Target = NextGuid().ToString(),
            Before = """{"txid":"000000000000002a"}""",
            After = """{"txid":"0000000000000029"}""",
            DoneAt = at.AddSeconds(1),
        };
    }

    private Guid NextGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return new(bytes);
    }

    private void Put(Item item) => _table.Put(item.Key.Partition, item.Key.Sort, item.Select(a => KeyValuePair.Create(a.Key, new TableValue(a.Value.IsNumber, a.Value.Text))));
}
