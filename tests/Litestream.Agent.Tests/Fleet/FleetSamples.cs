using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Tests.Fleet;

/// <summary>Records with every member filled.</summary>
internal static class FleetSamples
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, 123, TimeSpan.Zero);

    public static readonly Guid Tenant = new("0abc1234-5678-4abc-9def-0123456789af");

    private static readonly Ulid Id = Ulid.TryParse("01JD7KQ3V8ZZZZZZZZZZZZZZZ7", out var id) ? id : default;

    public static HostDigest Digest() => new()
    {
        HostId = "web-1.eu",
        State = HostStates.Running,
        At = Noon,
        StartedAt = Noon.AddDays(-1),
        IntervalSeconds = 30,
        Version = "0.1.0",
        Tenants = 1000,
        Active = 990,
        Waiting = 5,
        Paused = 1,
        Error = 2,
        SplitBrain = 1,
        Lost = 1,
        Unhealthy = 4,
        Hot = 17,
        OtherDatabases = 3,
        WorstLagSeconds = 12.345,
        P99LagSeconds = 1.5,
        LagLimitSeconds = 300,
        DirtyBytes = 123456,
        TenantBytes = 9876543210,
        DiskFreeBytes = 55_000_000_000,
        DiskBytes = 99_000_000_000,
        PutRequests = 11,
        GetRequests = 12,
        ListRequests = 13,
        DeleteRequests = 14,
    };

    public static TenantRecord TenantRecord() => new()
    {
        Tenant = Tenant,
        HostId = "web-1.eu",
        FormerHost = "web-9",
        Epoch = 3,
        Replica = "s3://backups/databases/" + Tenant,
        Path = $"/srv/clients/{Tenant}.db",
        Status = StatusWords.Error,
        Reason = ReasonWords.ReplicaUnavailable,
        Detail = "s3://backups does not answer",
        Since = Noon.AddMinutes(-5),
        Problem = ProblemWords.Error,
        UpdatedAt = Noon,
        SizeBytes = 4096 * 7,
        PageSize = 4096,
        Txid = "000000000000002a",
        ReplicatedTxid = "0000000000000029",
        LastSyncAt = Noon.AddSeconds(-301),
        LastSnapshotAt = Noon.AddHours(-3),
        LastProofAt = Noon.AddHours(-1),
        LastDrillAt = Noon.AddDays(-2),
        LastDrillVerdict = ProofVerdicts.Pass,
        LastDrillPassAt = Noon.AddDays(-2),
        DrillSeconds = 0.25,
        DrillBytes = 8192,
        DrillAskedAt = Noon.AddDays(-3),
        VisitedSince = Noon.AddDays(-30),
        SeenAt = Noon.AddHours(-1),
        SeenTxid = "0000000000000029",
        BehindSince = Noon.AddHours(-5),
        LagSeconds = 301.5,
        LagLimitSeconds = 300,
        UndoTxid = "0000000000000011",
        UndoUntil = Noon.AddDays(7),
    };

    public static CommandRecord Command() => new()
    {
        HostId = "web-1.eu",
        Id = Id,
        Kind = CommandKinds.Restore,
        State = CommandStates.Running,
        Tenant = Tenant,
        RequestedAt = Noon,
        RequestedBy = "ada@example.org",
        ExpiresAt = Noon.AddHours(1),
        Job = new Ulid(Id.Value - 1),
        Arguments = new()
        {
            Txid = "000000000000002a",
            Timestamp = Noon.AddMinutes(-1),
            TargetPath = "/srv/clients/other.db",
            NewTenant = new("11111111-2222-4333-8444-555555555555"),
            Replica = "s3://other/databases/x",
            IfBusy = IfBusyWords.Wait,
            Undoes = new Ulid(Id.Value - 2),
            IfAlive = IfAliveWords.Take,
            Epoch = 3,
            PauseFor = "web-2",
            From = "web-3",
        },
        CancelRequestedAt = Noon.AddSeconds(9),
        ClaimedBy = "run-1",
        ClaimedAt = Noon.AddSeconds(1),
        FinishedAt = Noon.AddSeconds(10),
        Progress = new() { Step = "fetch", At = Noon.AddSeconds(2), Percent = 42, Bytes = 1234, Pages = 56 },
        Result = "ok",
        ResultTxid = "000000000000002b",
        BeforeTxid = "000000000000002a",
        PausedAt = Noon.AddSeconds(1),
        PausedMs = 812,
        ErrorCode = CommandErrors.Busy,
        Error = "an application keeps it locked",
    };

    public static JobRecord Job() => new()
    {
        Id = Id,
        Kind = JobKinds.Evacuation,
        State = JobStates.Halted,
        RequestedAt = Noon,
        RequestedBy = "ada@example.org",
        FinishedAt = Noon.AddHours(1),
        FromHost = "web-1",
        ToHosts = "web-2,web-3",
        Total = 100,
        Done = 60,
        Failed = 30,
        Cancelled = 10,
        Bytes = 123456789,
        MaxFailures = 10,
        Cursor = Tenant,
        Error = "too many failed",
        Undoes = Id,
        Revision = 7,
    };

    public static ProofRecord Proof() => new()
    {
        Tenant = Tenant,
        At = Noon,
        Verdict = ProofVerdicts.Fail,
        By = "worker",
        Command = Id,
        Txid = "000000000000002a",
        Seconds = 1.234,
        Bytes = 4096,
        Checks = "sum,integrity",
        Detail = "page 3 of 0000000000000001-0000000000000001.ltx",
        Evidence = "s3://backups/evidence/x.json",
    };

    public static SliceRecord Slice() => new()
    {
        Slice = 0xa7,
        VisitedAt = Noon,
        Tenants = 781,
        ProvenWithin1Day = 100,
        ProvenWithin7Days = 780,
        ProvenWithin30Days = 780,
        Failed = 1,
        Unproven = 1,
        UnprovenSince = Noon.AddDays(-1),
        P50Seconds = 0.5,
        P99Seconds = 7.25,
        Behind = 2,
        OldestPassAt = Noon.AddDays(-6),
        BytesPerSecond = 1e8,
        ClaimedBy = "worker-1",
        ClaimedUntil = Noon.AddMinutes(2),
        Cursor = Tenant,
    };

    public static LookRecord Look() => new()
    {
        Tenant = Tenant,
        HostId = "web-1.eu",
        At = Noon,
        Since = Noon.AddHours(-1),
        ClaimedTxid = "000000000000002a",
        ClaimedAt = Noon.AddHours(-2),
        SeenTxid = "0000000000000029",
        SeenTime = Noon.AddHours(-3),
        Replica = "s3://backups/databases/x",
    };

    public static AuditRecord Audit() => new()
    {
        Id = Id,
        At = Noon,
        Actor = "ada@example.org",
        Action = "restore",
        Target = Tenant.ToString(),
        Before = """{"txid":"000000000000002a"}""",
        After = """{"txid":"0000000000000029"}""",
        DoneAt = Noon,
        Refused = "stale-epoch",
    };

    public static RequestRecord Request() => new()
    {
        Actor = "ada@example.org",
        IdempotencyKey = "3f1c",
        At = Noon,
        Action = "POST /api/restores",
        BodyHash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        Target = Id,
    };
}
