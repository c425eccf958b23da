using Litestream.Contract;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Table;

/// <summary>Whatever is wrong, the worst first, a page at a time: tenants, failed proofs, unproven slices.</summary>
internal sealed class ProblemPages(TableReads reads)
{
    private static readonly string[] Keys = [FleetTable.PartitionKey, FleetTable.SortKey, FleetTable.ProblemKey, FleetTable.ProblemSort];

    /// <param name="list">What its cursors are of.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="cursor">As it was given; null: from the worst.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(IReadOnlyList<Item> Items, PageCursor? Next)> PageAsync(string list, int most, string? cursor, CancellationToken cancellationToken)
    {
        var from = Lists.Cursor(cursor, list, FleetKeys.ProblemShards) ?? new(list, 0, null);
        if (cursor is not null && !IsWhole(from))
            throw Lists.BadCursor();
        var (items, last) = await new ProblemMerge(reads, from).TakeAsync(most, cancellationToken);
        return (items, last is var (shard, item) ? new(list, shard, KeyOf(item)) : null);
    }

    /// <summary>The key of an item of this shard, as the index and the table have it: anything else the table would not understand.</summary>
    private static bool IsWhole(PageCursor cursor) =>
        cursor.After is { } after && after.Text(FleetTable.ProblemKey) == FleetKeys.ProblemPartition(cursor.Shard) && after.Count == Keys.Length && KeyOf(after).Count == Keys.Length;

    private static Item KeyOf(Item item)
    {
        var key = new Item();
        foreach (var name in Keys)
        {
            if (item.TryGet(name, out var value))
                key.Add(name, value);
        }
        return key;
    }
}
