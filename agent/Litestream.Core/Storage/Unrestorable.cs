using System.Globalization;
using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>Says why a state cannot be restored from a replica, and what can be instead.</summary>
internal sealed class Unrestorable
{
    private readonly IReadOnlyList<LtxFile> _listed;
    private readonly string _replica;

    public Unrestorable(IReadOnlyList<LtxFile> listed, string replica)
    {
        _listed = listed;
        _replica = replica;
    }

    /// <summary>Nothing there at all: the one case a caller may want to tell from the others (<c>-if-replica-exists</c>).</summary>
    public StorageException Empty() => new(
        $"no backup in {_replica}: it holds no LTX file", StorageFault.Missing,
        hint: "check the URL; a tenant's replica is <root>/databases/<guid>");

    /// <summary>Files exist behind the end of what connects.</summary>
    /// <param name="chain">What connects.</param>
    public LitestreamException Gap(IReadOnlyList<LtxFile> chain)
    {
        var reached = ChainPlanner.EndOf(chain);
        var found = _listed.Where(f => f.MinTxid > reached.Next).MinBy(f => f.MinTxid.Value);
        var missing = $"{_replica} is not contiguous: transactions {reached.Next} to {found.MinTxid.Previous} are missing before {NameOf(found)}";
        return chain.Count == 0
            ? new DamagedReplicaException(missing, hint: "no file begins at transaction 1, so nothing can be restored: look for a deleted snapshot")
            : new DamagedReplicaException($"{missing}; the nearest point that can be restored is {PointOf(chain[^1])}", hint: $"restore that point with -txid {reached}");
    }

    public LitestreamException BeyondNewest(Txid wanted, IReadOnlyList<LtxFile> chain) => new NoSuchPointException(
        $"transaction {wanted} is not in {_replica}: the newest is {PointOf(chain[^1])}");

    /// <summary>The transaction is inside a compaction and its own file is gone.</summary>
    public LitestreamException Merged(Txid wanted, IReadOnlyList<LtxFile> before, LtxFile? after)
    {
        var points = new List<string>(2);
        if (before.Count > 0)
            points.Add(PointOf(before[^1]));
        if (after is { } file)
            points.Add(PointOf(file));
        return new NoSuchPointException($"transaction {wanted} cannot be restored by itself from {_replica} any more, it was merged with its neighbours: "
            + $"the nearest points are {string.Join(" and ", points)}");
    }

    /// <summary>No complete image is old enough.</summary>
    public LitestreamException BeforeOldest(DateTimeOffset? wanted) => OutOfRange(wanted, "nothing that old can be restored");

    public LitestreamException InTheFuture(DateTimeOffset wanted) => OutOfRange(wanted, "that time has not come yet");

    private LitestreamException OutOfRange(DateTimeOffset? wanted, string why)
    {
        var images = _listed.Where(f => f.IsImage).ToList();
        var oldest = images.Count == 0 ? "nothing" : TimeText(images.Min(f => f.CreatedAt));
        var text = $"restore {_replica} to {TimeText(wanted)}: {why}; it holds states from {oldest} to {TimeText(_listed.Max(f => f.CreatedAt))}";
        return wanted is null
            ? new DamagedReplicaException(text, hint: "no file holds a complete image: look for a deleted snapshot")
            : new NoSuchPointException(text, "a timestamp selects the newest state captured strictly before it");
    }

    private static string PointOf(LtxFile last) => $"{last.MaxTxid} of {TimeText(last.CreatedAt)}";

    private static string NameOf(LtxFile file) => $"{file.Name} of level {file.Level}";

    private static string TimeText(DateTimeOffset? time) =>
        time?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) ?? "now";
}
