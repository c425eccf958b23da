using System.Globalization;
using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary><c>SLICES / xx</c>. Written by the worker at each visit.</summary>
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
    public const string Cursor = "cursor";
    public const string Problem = "problem";

    private static readonly string[] Optional = [UnprovenSince, Cursor, Problem, FleetTable.ProblemKey, FleetTable.ProblemSort];

    public static Item Write(SliceRecord slice)
    {
        var since = slice.Unproven > 0 ? slice.UnprovenSince ?? slice.VisitedAt : (DateTimeOffset?)null;
        return new ItemWriter(slice.Key, ItemTypes.Slice)
            .Time(VisitedAt, slice.VisitedAt).Number(Tenants, slice.Tenants)
            .Number(Proven1, slice.ProvenWithin1Day).Number(Proven7, slice.ProvenWithin7Days).Number(Proven30, slice.ProvenWithin30Days)
            .Number(Failed, slice.Failed).Number(Unproven, slice.Unproven).Time(UnprovenSince, since)
            .Number(P50, slice.P50Seconds).Number(P99, slice.P99Seconds).Guid(Cursor, slice.Cursor)
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
            VisitedAt = read.Time(VisitedAt),
            Tenants = read.IntOr(Tenants, 0),
            ProvenWithin1Day = read.IntOr(Proven1, 0),
            ProvenWithin7Days = read.IntOr(Proven7, 0),
            ProvenWithin30Days = read.IntOr(Proven30, 0),
            Failed = read.IntOr(Failed, 0),
            Unproven = read.IntOr(Unproven, 0),
            UnprovenSince = read.TimeOrNull(UnprovenSince),
            P50Seconds = read.DoubleOrNull(P50) ?? 0,
            P99Seconds = read.DoubleOrNull(P99) ?? 0,
            Cursor = read.GuidOrNull(Cursor),
        };
    }

    /// <summary>Refused when a later visit was written meanwhile.</summary>
    public static ItemUpdate Visit(SliceRecord slice) =>
        ItemUpdate.Of(Write(slice), Optional, ItemCondition.IsAbsent.Or(ItemCondition.Compare(VisitedAt, "<", ItemValue.Of(ItemTime.Text(slice.VisitedAt)))));
}
