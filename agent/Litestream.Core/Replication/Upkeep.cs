using System.Runtime.InteropServices;
using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>
/// What falls due for a database that nobody writes any more: deletions, and one snapshot behind its last commits. Pure: what is in the replica goes in,
/// a moment comes out. Kept in the books, so that a database with nothing due costs nothing, across restarts too.
/// </summary>
internal static class Upkeep
{
    /// <summary>A thousand tenants that were imported together must not all be imaged at the same second.</summary>
    private const int SpreadDivisor = 8;

    /// <summary>Null when nothing will ever be due without a new commit.</summary>
    public static DateTimeOffset? NextDue(string name, IReadOnlyList<LtxFile> files, RestorePoints points)
    {
        DateTimeOffset?[] moments = [Retention.NextL0(files, points.L0Retention), Retention.NextImage(files, points.Window), NextSnapshot(name, files, points)];
        return moments.Min();
    }

    /// <summary>
    /// The snapshot is due, and it cannot be made of what is there: its end must lie before an L1 file, or genuine readers freeze. A pair of empty files
    /// behind the last transaction is that end.
    /// </summary>
    public static bool NeedsPair(string name, IReadOnlyList<LtxFile> files, RestorePoints points, DateTimeOffset now)
    {
        var newest = files.Count == 0 ? default : files.MaxBy(f => (f.MaxTxid, f.Level));
        return NextSnapshot(name, files, points) <= now && newest is { Level: >= 1, IsImage: false, IsEmpty: false };
    }

    /// <summary>When the oldest change that is in no image has been there for an interval; null when every change is in one, or there is no image at all.</summary>
    public static DateTimeOffset? SnapshotDueAt(IReadOnlyList<LtxFile> files, TimeSpan interval)
    {
        var imaged = files.Where(f => f.IsImage).Select(f => f.MaxTxid).DefaultIfEmpty().Max();
        var oldest = files.Where(f => f.MaxTxid > imaged && !f.IsEmpty).OrderBy(f => f.CreatedAt).FirstOrDefault();
        return imaged.IsNone || oldest.MaxTxid.IsNone ? null : oldest.CreatedAt + interval;
    }

    private static DateTimeOffset? NextSnapshot(string name, IReadOnlyList<LtxFile> files, RestorePoints points) =>
        SnapshotDueAt(files, points.SnapshotInterval) + Spread(name, points.SnapshotInterval);

    private static TimeSpan Spread(string name, TimeSpan interval)
    {
        var part = Crc64.Append(0, MemoryMarshal.AsBytes(name.AsSpan())) / (double)ulong.MaxValue;
        return interval / SpreadDivisor * part;
    }
}
