using Litestream.Fleet.Api;
using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Contract.Timelines;

/// <summary>What a listing of a replica says can be restored. Pure.</summary>
internal static class TimelineReading
{
    /// <summary>Points without a jump between them. Where only a full image leads on, what was before it is another range: nothing between the two can be chosen.</summary>
    /// <param name="points">Ascending, each a file that ends a chain (<see cref="RestorablePoints"/>).</param>
    public static List<TimelineRange> Ranges(IReadOnlyList<LtxFile> points)
    {
        var ranges = new List<TimelineRange>();
        for (var first = 0; first < points.Count;)
        {
            var last = first;
            while (last + 1 < points.Count && !IsJump(points[last], points[last + 1]))
                last++;
            var bytes = points.Skip(first).Take(last - first + 1).Sum(p => p.SizeBytes);
            ranges.Add(new(Text(points[first].MaxTxid), Text(points[last].MaxTxid), points[first].CreatedAt, points[last].CreatedAt, last - first + 1, bytes));
            first = last + 1;
        }
        return ranges;
    }

    public static TimelinePoint Point(LtxFile file) => new(Text(file.MaxTxid), file.CreatedAt, file.IsImage ? ImageLevel : file.Level, file.SizeBytes);

    private const int ImageLevel = 9;

    private static bool IsJump(LtxFile before, LtxFile after) => after.IsImage && before.MaxTxid.Next < after.MaxTxid;

    private static string Text(Txid txid) => txid.ToString();
}
