using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary><c>TENANT#xx / guid</c>: the catalogue. Written by the owner's agent, under its epoch.</summary>
public static class TenantItem
{
    public const string FormerHost = "formerHost";
    public const string Epoch = "epoch";
    public const string Replica = "replica";
    public const string Path = "path";
    public const string Status = "status";
    public const string Reason = "reason";
    public const string Detail = "detail";
    public const string Since = "since";
    public const string Problem = "problem";
    public const string UpdatedAt = "updatedAt";
    public const string SizeBytes = "sizeBytes";
    public const string PageSize = "pageSize";
    public const string Txid = "txid";
    public const string ReplicatedTxid = "replicatedTxid";
    public const string LastSyncAt = "lastSyncAt";
    public const string LastSnapshotAt = "lastSnapshotAt";
    public const string LastProofAt = "lastProofAt";
    public const string LastDrillAt = "lastDrillAt";
    public const string LastDrillVerdict = "lastDrillVerdict";
    public const string LastDrillPassAt = "lastDrillPassAt";
    public const string DrillSeconds = "drillSeconds";
    public const string DrillBytes = "drillBytes";
    public const string DrillAskedAt = "drillAskedAt";
    public const string VisitedSince = "visitedSince";
    public const string SeenAt = "seenAt";
    public const string SeenTxid = "seenTxid";
    public const string BehindSince = "behindSince";
    public const string Lag = "lagSeconds";
    public const string LagLimit = "lagLimitSeconds";
    public const string UndoTxid = "undoTxid";
    public const string UndoUntil = "undoUntil";

    private const int MostDetail = 300;

    /// <summary>Those that may be missing from a record, and must then be missing from the item.</summary>
    private static readonly string[] Optional =
    [
        FleetTable.HostKey, FleetTable.ProblemKey, FleetTable.ProblemSort, Reason, Detail, Problem, Txid, ReplicatedTxid, LastSyncAt, LastSnapshotAt, LastProofAt,
        UndoTxid, UndoUntil, FormerHost,
    ];

    public static Item Write(TenantRecord tenant) => new ItemWriter(tenant.Key, ItemTypes.Tenant)
        .Text(FleetTable.HostKey, tenant.HostId is { } host ? FleetKeys.OfHost(host) : null)
        .Text(FleetTable.ProblemKey, tenant.Problem is null ? null : FleetKeys.ProblemPartition(tenant.Tenant))
        .Text(FleetTable.ProblemSort, tenant.Problem is { } problem ? FleetKeys.ProblemSort(ProblemWords.SeverityOf(problem), tenant.Since) : null)
        .Text(FormerHost, tenant.FormerHost).Number(Epoch, tenant.Epoch).Text(Replica, tenant.Replica).Text(Path, tenant.Path)
        .Text(Status, tenant.Status).Text(Reason, tenant.Reason).Text(Detail, tenant.Detail, MostDetail).Time(Since, tenant.Since).Text(Problem, tenant.Problem)
        .Time(UpdatedAt, tenant.UpdatedAt).Number(SizeBytes, tenant.SizeBytes).Number(PageSize, tenant.PageSize)
        .Text(Txid, tenant.Txid).Text(ReplicatedTxid, tenant.ReplicatedTxid)
        .Time(LastSyncAt, tenant.LastSyncAt).Time(LastSnapshotAt, tenant.LastSnapshotAt).Time(LastProofAt, tenant.LastProofAt)
        .Time(LastDrillAt, tenant.LastDrillAt).Text(LastDrillVerdict, tenant.LastDrillVerdict)
        .Time(LastDrillPassAt, tenant.LastDrillPassAt).Number(DrillSeconds, tenant.DrillSeconds).Number(DrillBytes, tenant.DrillBytes).Time(DrillAskedAt, tenant.DrillAskedAt)
        .Time(VisitedSince, tenant.VisitedSince).Time(SeenAt, tenant.SeenAt).Text(SeenTxid, tenant.SeenTxid).Time(BehindSince, tenant.BehindSince)
        .Number(Lag, tenant.LagSeconds).Number(LagLimit, tenant.LagLimitSeconds)
        .Text(UndoTxid, tenant.UndoTxid).Time(UndoUntil, tenant.UndoUntil)
        .Item;

    /// <summary>Throws <see cref="MalformedItemException"/>.</summary>
    public static TenantRecord Read(Item item)
    {
        var read = new ItemReader(item, ItemTypes.Tenant);
        return new()
        {
            Tenant = read.GuidOrNull(FleetTable.SortKey) ?? throw read.Fault(FleetTable.SortKey, "a GUID", null),
            HostId = read.TextOrNull(FleetTable.HostKey) is null ? null : read.After(FleetTable.HostKey, FleetKeys.HostPrefix),
            FormerHost = read.TextOrNull(FormerHost),
            Epoch = read.Long(Epoch),
            Replica = read.Text(Replica),
            Path = read.Text(Path),
            Status = read.Text(Status),
            Reason = read.TextOrNull(Reason),
            Detail = read.TextOrNull(Detail),
            Since = read.Time(Since),
            Problem = read.TextOrNull(Problem),
            UpdatedAt = read.Time(UpdatedAt),
            SizeBytes = read.LongOr(SizeBytes, 0),
            PageSize = read.IntOr(PageSize, 0),
            Txid = read.TextOrNull(Txid),
            ReplicatedTxid = read.TextOrNull(ReplicatedTxid),
            LastSyncAt = read.TimeOrNull(LastSyncAt),
            LastSnapshotAt = read.TimeOrNull(LastSnapshotAt),
            LastProofAt = read.TimeOrNull(LastProofAt),
            LastDrillAt = read.TimeOrNull(LastDrillAt),
            LastDrillVerdict = read.TextOrNull(LastDrillVerdict),
            LastDrillPassAt = read.TimeOrNull(LastDrillPassAt),
            DrillSeconds = read.DoubleOrNull(DrillSeconds),
            DrillBytes = read.LongOrNull(DrillBytes),
            DrillAskedAt = read.TimeOrNull(DrillAskedAt),
            VisitedSince = read.TimeOrNull(VisitedSince),
            SeenAt = read.TimeOrNull(SeenAt),
            SeenTxid = read.TextOrNull(SeenTxid),
            BehindSince = read.TimeOrNull(BehindSince),
            LagSeconds = read.DoubleOrNull(Lag) ?? 0,
            LagLimitSeconds = read.DoubleOrNull(LagLimit) ?? 0,
            UndoTxid = read.TextOrNull(UndoTxid),
            UndoUntil = read.TimeOrNull(UndoUntil),
        };
    }

    /// <summary>
    /// What its owner says of it now. Refused when another host owns it under the same epoch or a higher one, be that one right or wrong, and when it is nobody's: what was on its way
    /// while its owner gave it up takes nothing back. Whoever is refused is not the owner.
    /// </summary>
    public static ItemUpdate Describe(TenantRecord tenant) => ItemUpdate.Of(Write(tenant), Optional, MayBeOwnedBy(tenant));

    /// <summary>
    /// The same, when its status, reason and problem are what they were: since when they are so stays as it is. Refused when they are not, or when it is
    /// not this host's under this epoch.
    /// </summary>
    public static ItemUpdate Confirm(TenantRecord tenant)
    {
        var item = Write(tenant);
        item.Remove(Since);
        item.Remove(FleetTable.ProblemSort);
        return ItemUpdate.Of(item, Optional.Where(name => name != FleetTable.ProblemSort),
            IsOwnedBy(tenant.HostId!).And(ItemCondition.Is(Epoch, ItemValue.Of(tenant.Epoch))).And(ItemCondition.Is(Status, ItemValue.Of(tenant.Status)))
                .And(IsStill(Reason, tenant.Reason)).And(IsStill(Problem, tenant.Problem)));
    }

    /// <summary>
    /// Its file is gone from its host, which still owns it: there is nothing to replicate. What the table knows of it stays; its backup does in any case.
    /// Refused when it is another host's by now.
    /// </summary>
    public static ItemUpdate Leave(Guid tenant, string hostId, DateTimeOffset now) => ItemUpdate.Of(
        new ItemWriter(FleetKeys.Tenant(tenant), ItemTypes.Tenant)
            .Text(Status, StatusWords.Waiting).Text(Reason, ReasonWords.FileMissing).Time(Since, now).Time(UpdatedAt, now).Number(Lag, 0L).Item,
        [FleetTable.ProblemKey, FleetTable.ProblemSort, Problem, Detail], IsOwnedBy(hostId));

    /// <summary>Its backup was restored and looked at, by whomever. Refused when a later drill is known, or while its owner has not described it: then the next drill says so.</summary>
    public static ItemUpdate Drilled(ProofRecord proof) => ItemUpdate.Of(
        WithPass(new ItemWriter(FleetKeys.Tenant(proof.Tenant), ItemTypes.Tenant).Time(LastDrillAt, proof.At).Text(LastDrillVerdict, proof.Verdict), proof).Item,
        [], ItemCondition.IsPresent.And(
            new ItemCondition($"attribute_not_exists(#{LastDrillAt})", new Dictionary<string, ItemValue>()).Or(ItemCondition.Compare(LastDrillAt, "<=", ItemValue.Of(ItemTime.Text(proof.At))))));

    /// <summary>The worker came by: what it found in the replica, beside what the owner says. Refused for a tenant that is not there.</summary>
    /// <param name="tenant">As read.</param>
    /// <param name="seenTxid">The newest transaction of the replica; null: none.</param>
    /// <param name="behindSince">Since when that is less than the owner says; null: it is not.</param>
    /// <param name="now">The worker's clock.</param>
    public static ItemUpdate Seen(TenantRecord tenant, string? seenTxid, DateTimeOffset? behindSince, DateTimeOffset now) => ItemUpdate.Of(
        new ItemWriter(tenant.Key, ItemTypes.Tenant).Time(VisitedSince, tenant.VisitedSince ?? now).Time(SeenAt, now).Text(SeenTxid, seenTxid).Time(BehindSince, behindSince).Item,
        [SeenTxid, BehindSince], ItemCondition.IsPresent);

    /// <summary>Its host was asked for a drill. Refused for a tenant that is not there.</summary>
    public static ItemUpdate DrillAsked(Guid tenant, DateTimeOffset now) =>
        ItemUpdate.Of(new ItemWriter(FleetKeys.Tenant(tenant), ItemTypes.Tenant).Time(DrillAskedAt, now).Item, [], ItemCondition.IsPresent);

    /// <summary>
    /// Its owner gives it up; the chain stays. Refused when it was taken over meanwhile.
    /// </summary>
    public static ItemUpdate Release(TenantRecord tenant) => ItemUpdate.Of(
        Write(tenant with { HostId = null, FormerHost = null, Problem = null }), Optional, IsOwnedBy(tenant.HostId!).And(ItemCondition.Is(Epoch, ItemValue.Of(tenant.Epoch))));

    /// <summary>
    /// Takes it over from whoever has it, as it was read: the epoch goes up by one, before anything is written to the replica. Refused when somebody else
    /// was quicker.
    /// </summary>
    /// <param name="tenant">As read.</param>
    /// <param name="hostId">The new owner.</param>
    /// <param name="path">Of the database on the new owner.</param>
    /// <param name="now">Its clock.</param>
    public static ItemUpdate TakeOver(TenantRecord tenant, string hostId, string path, DateTimeOffset now) => ItemUpdate.Of(
        Write(tenant with { HostId = hostId, FormerHost = tenant.HostId, Path = path, Epoch = tenant.Epoch + 1, Status = StatusWords.Waiting, Reason = ReasonWords.Pending, Detail = null, Problem = null, Since = now, UpdatedAt = now }),
        Optional, ItemCondition.Is(Epoch, ItemValue.Of(tenant.Epoch)).And(tenant.HostId is { } owner ? IsOwnedBy(owner) : HasNoOwner));

    /// <summary>
    /// Who took it over cannot have it after all: it is as it was read before, under an epoch above everything that was written since. Refused when it is another's by now.
    /// </summary>
    /// <param name="taken">As read: the host's that gives it back.</param>
    /// <param name="before">As it is to be, but for its epoch.</param>
    public static ItemUpdate GiveBack(TenantRecord taken, TenantRecord before) => ItemUpdate.Of(
        Write(before with { FormerHost = null, Epoch = taken.Epoch + 1 }), Optional, IsOwnedBy(taken.HostId!).And(ItemCondition.Is(Epoch, ItemValue.Of(taken.Epoch))));

    private static ItemWriter WithPass(ItemWriter item, ProofRecord proof) => proof.Verdict != ProofVerdicts.Pass ? item
        : item.Time(LastDrillPassAt, proof.At).Number(DrillSeconds, proof.Seconds).Number(DrillBytes, proof.Bytes);

    private static ItemCondition IsStill(string attribute, string? text) => text is null
        ? new($"attribute_not_exists(#{attribute})", new Dictionary<string, ItemValue>())
        : ItemCondition.Is(attribute, ItemValue.Of(text));

    private static ItemCondition HasNoOwner { get; } = new($"attribute_not_exists(#{FleetTable.HostKey})", new Dictionary<string, ItemValue>());

    private static ItemCondition IsOwnedBy(string hostId) => ItemCondition.Is(FleetTable.HostKey, ItemValue.Of(FleetKeys.OfHost(hostId)));

    private static ItemCondition MayBeOwnedBy(TenantRecord tenant) => ItemCondition.IsAbsent
        .Or(ItemCondition.Compare(Epoch, "<", ItemValue.Of(tenant.Epoch)))
        .Or(ItemCondition.Is(Epoch, ItemValue.Of(tenant.Epoch)).And(IsOwnedBy(tenant.HostId!)));
}
