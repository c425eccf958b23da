using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary><c>FLEET#0..3 / HOST#id</c>: the digest of a host. Written by its agent; <c>commandsWaiting</c> by whoever puts a command.</summary>
public static class HostDigestItem
{
    public const string State = "state";
    public const string At = "at";
    public const string StartedAt = "startedAt";
    public const string Interval = "intervalSeconds";
    public const string Version = "version";
    public const string LeaseEpoch = "leaseEpoch";
    public const string CommandsWaiting = "commandsWaiting";
    public const string Tenants = "tenants";
    public const string Active = "active";
    public const string Waiting = "waiting";
    public const string Paused = "paused";
    public const string Error = "error";
    public const string SplitBrain = "splitBrain";
    public const string Lost = "lost";
    public const string Unhealthy = "unhealthy";
    public const string Hot = "hot";
    public const string OtherDatabases = "otherDatabases";
    public const string WorstLag = "worstLagSeconds";
    public const string P99Lag = "p99LagSeconds";
    public const string LagLimit = "lagLimitSeconds";
    public const string DirtyBytes = "dirtyBytes";
    public const string TenantBytes = "tenantBytes";
    public const string DiskFree = "diskFreeBytes";
    public const string Disk = "diskBytes";
    public const string Puts = "putRequests";
    public const string Gets = "getRequests";
    public const string Lists = "listRequests";
    public const string Deletes = "deleteRequests";

    /// <summary>Of an item, by what a write costs: up to here it is one unit.</summary>
    public const int MostBytes = 1024;

    /// <summary>Those that may be missing from a digest, and must then be missing from the item.</summary>
    private static readonly string[] Optional = [DiskFree, Disk];

    /// <summary>What an agent writes: <see cref="LeaseEpoch"/> and <see cref="CommandsWaiting"/> are not in it.</summary>
    public static Item Write(HostDigest digest) => new ItemWriter(FleetKeys.Host(digest.HostId), ItemTypes.Host)
        .Text(State, digest.State).Time(At, digest.At).Time(StartedAt, digest.StartedAt).Number(Interval, digest.IntervalSeconds).Text(Version, digest.Version, 64)
        .Number(Tenants, digest.Tenants).Number(Active, digest.Active).Number(Waiting, digest.Waiting).Number(Paused, digest.Paused)
        .Number(Error, digest.Error).Number(SplitBrain, digest.SplitBrain).Number(Lost, digest.Lost)
        .Number(Unhealthy, digest.Unhealthy).Number(Hot, digest.Hot).Number(OtherDatabases, digest.OtherDatabases)
        .Number(WorstLag, digest.WorstLagSeconds).Number(P99Lag, digest.P99LagSeconds).Number(LagLimit, digest.LagLimitSeconds)
        .Number(DirtyBytes, digest.DirtyBytes).Number(TenantBytes, digest.TenantBytes).Number(DiskFree, digest.DiskFreeBytes).Number(Disk, digest.DiskBytes)
        .Number(Puts, digest.PutRequests).Number(Gets, digest.GetRequests).Number(Lists, digest.ListRequests).Number(Deletes, digest.DeleteRequests)
        .Item;

    /// <summary>Throws <see cref="MalformedItemException"/>.</summary>
    public static HostDigest Read(Item item)
    {
        var read = new ItemReader(item, ItemTypes.Host);
        return new()
        {
            HostId = read.After(FleetTable.SortKey, FleetKeys.HostPrefix),
            State = read.Text(State),
            At = read.Time(At),
            StartedAt = read.Time(StartedAt),
            IntervalSeconds = read.DoubleOrNull(Interval) ?? throw read.Fault(Interval, "a number", null),
            Version = read.Text(Version),
            LeaseEpoch = read.LongOr(LeaseEpoch, 0),
            CommandsWaiting = read.LongOr(CommandsWaiting, 0),
            Tenants = read.IntOr(Tenants, 0),
            Active = read.IntOr(Active, 0),
            Waiting = read.IntOr(Waiting, 0),
            Paused = read.IntOr(Paused, 0),
            Error = read.IntOr(Error, 0),
            SplitBrain = read.IntOr(SplitBrain, 0),
            Lost = read.IntOr(Lost, 0),
            Unhealthy = read.IntOr(Unhealthy, 0),
            Hot = read.IntOr(Hot, 0),
            OtherDatabases = read.IntOr(OtherDatabases, 0),
            WorstLagSeconds = read.DoubleOrNull(WorstLag) ?? 0,
            P99LagSeconds = read.DoubleOrNull(P99Lag) ?? 0,
            LagLimitSeconds = read.DoubleOrNull(LagLimit) ?? 0,
            DirtyBytes = read.LongOr(DirtyBytes, 0),
            TenantBytes = read.LongOr(TenantBytes, 0),
            DiskFreeBytes = read.LongOrNull(DiskFree),
            DiskBytes = read.LongOrNull(Disk),
            PutRequests = read.LongOr(Puts, 0),
            GetRequests = read.LongOr(Gets, 0),
            ListRequests = read.LongOr(Lists, 0),
            DeleteRequests = read.LongOr(Deletes, 0),
        };
    }

    /// <summary>The first heartbeat of an agent: it takes the id, and its answer says under which epoch.</summary>
    public static ItemUpdate Register(HostDigest digest) => ItemUpdate.Of(Write(digest), Optional, null, new Dictionary<string, long> { [LeaseEpoch] = 1 });

    /// <summary>Every further one. Refused when another agent took the id, or when the item was deleted.</summary>
    public static ItemUpdate Heartbeat(HostDigest digest, long leaseEpoch) =>
        ItemUpdate.Of(Write(digest), Optional, ItemCondition.Is(LeaseEpoch, ItemValue.Of(leaseEpoch)));

    /// <summary>Whoever has put a command says so; behind the command, so that a look that follows finds it. Refused for a host that nobody ever saw.</summary>
    public static ItemUpdate CommandAdded(string hostId) => ItemUpdate.Of(
        new Item { { FleetTable.PartitionKey, ItemValue.Of(FleetKeys.Host(hostId).Partition) }, { FleetTable.SortKey, ItemValue.Of(FleetKeys.Host(hostId).Sort) } },
        [], ItemCondition.IsPresent, new Dictionary<string, long> { [CommandsWaiting] = 1 });
}
