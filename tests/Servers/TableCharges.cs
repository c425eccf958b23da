using System.Text;

namespace Litestream.Tests.Servers;

/// <summary>
/// What a table of the tests would cost: a write is one unit for each KiB of the larger of the two items, in the table and in each index that it changes; a read
/// one for each 4 KiB of what a request reads, half as much where it need not be the newest.
/// </summary>
internal sealed class TableCharges((string PartitionKey, string SortKey, IReadOnlyCollection<string>? Included)[] indexes)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _units = [];

    /// <summary>Write units of the table and of its indexes, by what was written: the part of the partition key before its <c>#</c>.</summary>
    public IReadOnlyDictionary<string, long> UnitsByKind
    {
        get
        {
            lock (_lock)
                return new Dictionary<string, long>(_units);
        }
    }

    public long WriteUnits => UnitsByKind.Values.Sum();

    public double ReadUnits { get; private set; }

    /// <summary>By gets and queries.</summary>
    public long ItemsRead { get; private set; }

    /// <summary>Of the largest item of each kind.</summary>
    public Dictionary<string, int> LargestBytes { get; } = [];

    public void Refused(Dictionary<string, TableValue> item) => Add("refused", Units(SizeOf(item)));

    public void Read(IEnumerable<Dictionary<string, TableValue>> items, bool isConsistent)
    {
        var (count, bytes) = (0, 0);
        foreach (var item in items)
            (count, bytes) = (count + 1, bytes + SizeOf(item));
        lock (_lock)
            (ItemsRead, ReadUnits) = (ItemsRead + count, ReadUnits + (Math.Max(1, (bytes + 4095) / 4096) * (isConsistent ? 1 : 0.5)));
    }

    public void Written(Dictionary<string, TableValue> before, Dictionary<string, TableValue> after)
    {
        var kind = after["pk"].Text.Split('#')[0];
        var units = Units(Math.Max(SizeOf(before), SizeOf(after)));
        foreach (var index in indexes)
            units += UnitsOf(index, before, after);
        lock (_lock)
            LargestBytes[kind] = Math.Max(LargestBytes.GetValueOrDefault(kind), SizeOf(after));
        Add(kind, units);
    }

    /// <summary>Nothing when what the index repeats is as it was; a changed key is a deletion and an insertion.</summary>
    private static long UnitsOf((string PartitionKey, string SortKey, IReadOnlyCollection<string>? Included) index, Dictionary<string, TableValue> before, Dictionary<string, TableValue> after)
    {
        var (old, now) = (Projection(index, before), Projection(index, after));
        if (old is null && now is null)
            return 0;
        if (old is null || now is null)
            return Units(SizeOf(old ?? now!));
        if (old.Count == now.Count && old.All(a => now.TryGetValue(a.Key, out var value) && value == a.Value))
            return 0;
        var isMoved = old[index.PartitionKey] != now[index.PartitionKey] || old[index.SortKey] != now[index.SortKey];
        return isMoved ? Units(SizeOf(old)) + Units(SizeOf(now)) : Units(Math.Max(SizeOf(old), SizeOf(now)));
    }

    private static Dictionary<string, TableValue>? Projection((string PartitionKey, string SortKey, IReadOnlyCollection<string>? Included) index, Dictionary<string, TableValue> item)
    {
        if (!item.ContainsKey(index.PartitionKey) || !item.ContainsKey(index.SortKey))
            return null;
        return index.Included is null ? item : item
            .Where(a => a.Key is "pk" or "sk" || a.Key == index.PartitionKey || a.Key == index.SortKey || index.Included.Contains(a.Key))
            .ToDictionary(a => a.Key, a => a.Value);
    }

    private static int SizeOf(Dictionary<string, TableValue> item) => item.Sum(a => Encoding.UTF8.GetByteCount(a.Key) + a.Value.SizeBytes);

    private static long Units(int bytes) => Math.Max(1, (bytes + 1023) / 1024);

    private void Add(string kind, long units)
    {
        lock (_lock)
            _units[kind] = _units.GetValueOrDefault(kind) + units;
    }
}
