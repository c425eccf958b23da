using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary><c>LOOK#xx / guid</c>. Written by the worker alone, so that no agent can say that all is well in its place.</summary>
public static class LookItem
{
    public const string Tenant = "tenant";
    public const string Host = "host";
    public const string At = "at";
    public const string Since = "since";
    public const string ClaimedTxid = "claimedTxid";
    public const string ClaimedAt = "claimedAt";
    public const string SeenTxid = "seenTxid";
    public const string SeenTime = "seenTime";
    public const string Replica = "replica";
    public const string Problem = "problem";

    private static readonly string[] Optional = [Host, SeenTxid, SeenTime];

    public static Item Write(LookRecord look) => new ItemWriter(look.Key, ItemTypes.Look)
        .Guid(Tenant, look.Tenant).Text(Host, look.HostId).Time(At, look.At).Time(Since, look.Since).Text(ClaimedTxid, look.ClaimedTxid).Time(ClaimedAt, look.ClaimedAt)
        .Text(SeenTxid, look.SeenTxid).Time(SeenTime, look.SeenTime).Text(Replica, look.Replica).Text(Problem, ProblemWords.NotInReplica)
        .Text(FleetTable.ProblemKey, FleetKeys.ProblemPartition(look.Tenant))
        .Text(FleetTable.ProblemSort, FleetKeys.ProblemSort(ProblemWords.SeverityOf(ProblemWords.NotInReplica), look.Since))
        .Item;

    /// <summary>Throws <see cref="MalformedItemException"/>.</summary>
    public static LookRecord Read(Item item)
    {
        var read = new ItemReader(item, ItemTypes.Look);
        return new()
        {
            Tenant = read.GuidOrNull(Tenant) ?? throw read.Fault(Tenant, "a GUID", null),
            HostId = read.TextOrNull(Host),
            At = read.Time(At),
            Since = read.Time(Since),
            ClaimedTxid = read.Text(ClaimedTxid),
            ClaimedAt = read.Time(ClaimedAt),
            SeenTxid = read.TextOrNull(SeenTxid),
            SeenTime = read.TimeOrNull(SeenTime),
            Replica = read.Text(Replica),
        };
    }

    /// <summary>As it is found now; refused when a later look is there.</summary>
    public static ItemUpdate Put(LookRecord look) =>
        ItemUpdate.Of(Write(look), Optional, ItemCondition.IsAbsent.Or(ItemCondition.Compare(At, "<=", ItemValue.Of(ItemTime.Text(look.At)))));

    /// <summary>What was said is there by now.</summary>
    public static ItemUpdate Settle(Guid tenant, DateTimeOffset now) => ItemUpdate.Of(
        new ItemWriter(FleetKeys.Look(tenant), ItemTypes.Look).Time(At, now).Item, [FleetTable.ProblemKey, FleetTable.ProblemSort, Problem], ItemCondition.IsPresent);
}
