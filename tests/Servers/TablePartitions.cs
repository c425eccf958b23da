namespace Litestream.Tests.Servers;

/// <summary>The items of a table of the tests as its queries go through them: by partition, of the table and of each index that it was told of, sorted. A million are fine.</summary>
internal sealed class TablePartitions(IReadOnlyList<TableIndex> indexes)
{
    private static readonly Comparer<Entry> ByPosition = Comparer<Entry>.Create((a, b) => string.CompareOrdinal(a.Position, b.Position));

    private readonly Dictionary<(TableIndex Index, string Partition), SortedSet<Entry>> _partitions = [];

    public void Replace(Dictionary<string, TableValue>? before, Dictionary<string, TableValue>? after)
    {
        foreach (var index in indexes)
        {
            if (before is not null && index.PartitionOf(before) is { } old)
                _partitions[(index, old)].Remove(new(index.Position(before), before));
            if (after is null || index.PartitionOf(after) is not { } partition)
                continue;
            if (!_partitions.TryGetValue((index, partition), out var entries))
                _partitions[(index, partition)] = entries = new(ByPosition);
            entries.Add(new(index.Position(after), after));
        }
    }

    /// <summary>In the order of the index, behind a position.</summary>
    /// <param name="index">One that this was told of.</param>
    /// <param name="partition">Of it.</param>
    /// <param name="from">Left out itself; null: from the first one, or the last.</param>
    /// <param name="isBackwards">The other way.</param>
    public IEnumerable<Dictionary<string, TableValue>> Read(TableIndex index, string partition, string? from, bool isBackwards)
    {
        if (!_partitions.TryGetValue((index, partition), out var entries) || entries.Count == 0)
            return [];
        if (from is not null)
        {
            var start = new Entry(from, []);
            if (ByPosition.Compare(isBackwards ? entries.Min : entries.Max, start) is var order && (isBackwards ? order >= 0 : order <= 0))
                return [];
            entries = isBackwards ? entries.GetViewBetween(entries.Min, start) : entries.GetViewBetween(start, entries.Max);
        }
        return (isBackwards ? entries.Reverse() : entries).Where(e => e.Position != from).Select(e => e.Item);
    }

    private readonly record struct Entry(string Position, Dictionary<string, TableValue> Item);
}
