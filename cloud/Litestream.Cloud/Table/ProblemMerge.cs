using Litestream.Contract;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Table;

/// <summary>
/// The problems of all shards in one order: the worst first, of equals the newest, of those the shard's number. Each shard is read in small pages as far as
/// it is needed. A page goes on behind its last item: shards before that one's have nothing as bad left, those behind it still do.
/// </summary>
internal sealed class ProblemMerge(TableReads reads, PageCursor from)
{
    /// <summary>Of a shard at once: one page of the list takes some of each.</summary>
    private const int PageSize = 16;

    private readonly Queue<Item>[] _read = [.. Enumerable.Range(0, FleetKeys.ProblemShards).Select(_ => new Queue<Item>())];
    private readonly Item?[] _next = new Item?[FleetKeys.ProblemShards];

    /// <summary>At most so many, and the last of them (null: the list ends here).</summary>
    public async Task<(List<Item> Items, (int Shard, Item Item)? Last)> TakeAsync(int most, CancellationToken stop)
    {
        await Parallel.ForAsync(0, FleetKeys.ProblemShards, stop, (shard, token) => ReadAsync(shard, shard == from.Shard ? from.After : null, token));
        var taken = new List<Item>();
        (int Shard, Item Item)? last = null;
        while (taken.Count < most && Worst() is { } shard)
        {
            var item = _read[shard].Dequeue();
            taken.Add(item);
            last = (shard, item);
            if (_read[shard].Count == 0 && _next[shard] is { } next)
                await ReadAsync(shard, next, stop);
        }
        return (taken, Worst() is null ? null : last);
    }

    private int? Worst()
    {
        int? worst = null;
        for (var shard = 0; shard < _read.Length; shard++)
        {
            if (_read[shard].TryPeek(out var item) && (worst is not { } best || string.CompareOrdinal(SortOf(item), SortOf(_read[best].Peek())) > 0))
                worst = shard;
        }
        return worst;
    }

    private async ValueTask ReadAsync(int shard, Item? after, CancellationToken stop)
    {
        (var items, _next[shard]) = await reads.QueryAsync(QueryOf(shard), PageSize, after, stop);
        foreach (var item in items)
            _read[shard].Enqueue(item);
    }

    private ItemQuery QueryOf(int shard) => from.After is null || shard == from.Shard
        ? ItemQuery.Problems(shard)
        : ItemQuery.Problems(shard, SortOf(from.After), isIncluded: shard > from.Shard);

    private static string SortOf(Item item) => item.Text(FleetTable.ProblemSort) ?? "";
}
