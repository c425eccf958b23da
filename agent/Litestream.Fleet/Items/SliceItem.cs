using System.Globalization;
using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary>
/// <c>SLICES / xx</c>. A worker claims a slice for two minutes at a time, leaves its cursor as it goes, and ends the visit by writing what it found: two are never
/// in one slice, and one that died is followed by the next that comes.
/// </summary>
public static class SliceItem
{
    public const string VisitedAt = "visitedAt";
    public const string Tenants = "tenants";
    public const string Proven1 = "provenWithin1Day";
    public const string Proven7 = "provenWithin7Days";
    public const string Proven30 = "provenWithin30Days";
    public const string Failed = "failed";
    public const string Unproven = "unproven";
    public const string UnprovenSince = "unprovenSince";
    public const string P50 = "p50Seconds";
    public const string P99 = "p99Seconds";
    public const string Behind = "behind";
    public const string OldestPassAt = "oldestPassAt";
    public const string BytesPerSecond = "bytesPerSecond";
    public const string ClaimedBy = "claimedBy";
    public const string ClaimedUntil = "claimedUntil";
    public const string Cursor = "cursor";
    public const string Problem = "problem";

    private static readonly string[] Optional = [UnprovenSince, OldestPassAt, ClaimedBy, ClaimedUntil, Cursor, Problem, FleetTable.ProblemKey, FleetTable.ProblemSort];

    public static Item Write(SliceRecord slice)
    {
        var since = slice.Unproven > 0 ? slice.UnprovenSince ?? slice.VisitedAt : null;
        return new ItemWriter(slice.Key, ItemTypes.Slice)
            .Time(VisitedAt, slice.VisitedAt).Number(Tenants, slice.Tenants)
            .Number(Proven1, slice.ProvenWithin1Day).Number(Proven7, slice.ProvenWithin7Days).Number(Proven30, slice.ProvenWithin30Days)
            .Number(Failed, slice.Failed).Number(Unproven, slice.Unproven).Time(UnprovenSince, since)
            .Number(P50, slice.P50Seconds).Number(P99, slice.P99Seconds).Number(Behind, slice.Behind).Time(OldestPassAt, slice.OldestPassAt).Number(BytesPerSecond, slice.BytesPerSecond)
            .Text(ClaimedBy, slice.ClaimedBy).Time(ClaimedUntil, slice.ClaimedUntil).Guid(Cursor, slice.Cursor)
            .Text(Problem, since is null ? null : ProblemWords.Unproven)
            .Text(FleetTable.ProblemKey, since is null ? null : FleetKeys.ProblemPartition(slice.Slice % FleetKeys.ProblemShards))
            .Text(FleetTable.ProblemSort, since is { } time ? FleetKeys.ProblemSort(ProblemWords.SeverityOf(ProblemWords.Unproven), time) : null)
            .Item;
    }

    /// <summary>Throws <see cref="MalformedItemException"/>.</summary>
    public static SliceRecord Read(Item item)
    {
        var read = new ItemReader(item, ItemTypes.Slice);
        var digits = read.Text(FleetTable.SortKey);
        return new()
        {
            Slice = digits.Length == 2 && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var slice)
                ? slice : throw read.Fault(FleetTable.SortKey, "two hexadecimal digits", digits),
            VisitedAt = read.TimeOrNull(VisitedAt),
            ClaimedBy = read.TextOrNull(ClaimedBy),
            ClaimedUntil = read.TimeOrNull(ClaimedUntil),
            Tenants = read.IntOr(Tenants, 0),
            ProvenWithin1Day = read.IntOr(Proven1, 0),
            ProvenWithin7Days = read.IntOr(Proven7, 0),
            ProvenWithin30Days = read.IntOr(Proven30, 0),
            Failed = read.IntOr(Failed, 0),
            Unproven = read.IntOr(Unproven, 0),
            UnprovenSince = read.TimeOrNull(UnprovenSince),
            Behind = read.IntOr(Behind, 0),
            OldestPassAt = read.TimeOrNull(OldestPassAt),
            BytesPerSecond = read.DoubleOrNull(BytesPerSecond) ?? 0,
            P50Seconds = read.DoubleOrNull(P50) ?? 0,
            P99Seconds = read.DoubleOrNull(P99) ?? 0,
            Cursor = read.GuidOrNull(Cursor),
        };
    }

    /// <summary>Goes there, where nobody is: refused when somebody claimed or visited it since it was read.</summary>
    /// <param name="slice">As read; of one that nobody ever visited only the number counts.</param>
    /// <param name="worker">Who.</param>
    /// <param name="until">How long nobody else may.</param>
    /// <param name="now">The worker's clock.</param>
    public static ItemUpdate Claim(SliceRecord slice, string worker, DateTimeOffset until, DateTimeOffset now) => ItemUpdate.Of(
        new ItemWriter(slice.Key, ItemTypes.Slice).Text(ClaimedBy, worker).Time(ClaimedUntil, until).Item, [],
        ItemCondition.IsAbsent.Or(IsMissing(ClaimedUntil).Or(ItemCondition.Compare(ClaimedUntil, "<", ItemValue.Of(ItemTime.Text(now))))
            .And(slice.VisitedAt is { } visited ? ItemCondition.Is(VisitedAt, ItemValue.Of(ItemTime.Text(visited))) : IsMissing(VisitedAt))));

    /// <summary>Stays longer, or leaves (until now), and says how far it came. Refused when another took it for dead.</summary>
    public static ItemUpdate Renew(int slice, string worker, DateTimeOffset until, Guid? cursor) => ItemUpdate.Of(
        new ItemWriter(FleetKeys.Slice(slice), ItemTypes.Slice).Time(ClaimedUntil, until).Guid(Cursor, cursor).Item, [], ItemCondition.Is(ClaimedBy, ItemValue.Of(worker)));

    /// <summary>The end of a visit, and what it found. Refused when another took the worker for dead.</summary>
    public static ItemUpdate Visit(SliceRecord slice, string worker) =>
        ItemUpdate.Of(Write(slice with { ClaimedBy = null, ClaimedUntil = null, Cursor = null }), Optional, ItemCondition.Is(ClaimedBy, ItemValue.Of(worker)));

    private static ItemCondition IsMissing(string attribute) => new($"attribute_not_exists(#{attribute})", new Dictionary<string, ItemValue>());
}
