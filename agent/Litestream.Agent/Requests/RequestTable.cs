using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Requests;

/// <summary>
/// What was asked of this host through its own API: restores, commands, who asked, what came of it. The items are the treaty's, changed under the treaty's conditions, so that the code of a
/// fleet's API and of remote commands works on them as it is; they lie in memory and in one file of the state folder. Kept for 30 days, the newest 5,000.
/// </summary>
internal sealed class RequestTable : IFleetTable, IDisposable
{
    public const string FileName = "requests.jsonl";

    public const int MostItems = 5000;

    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, SortedList<string, Item>> _partitions = new(StringComparer.Ordinal);
    private readonly ItemFile _file;
    private readonly TimeProvider _time;

    public RequestTable(string stateFolder, TimeProvider time)
    {
        (_file, _time) = (new(Path.Combine(stateFolder, FileName)), time);
        foreach (var item in _file.Read())
            Keep(item);
        if (_file.Exists)
            TryShrink();
    }

    /// <summary>Told of each item that was written, outside of locks.</summary>
    public event Action<Item>? Written;

    public Task<Item> UpdateAsync(ItemUpdate update, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Item changed;
        lock (_lock)
        {
            var found = Find(update.Key);
            if (!ItemExpression.Holds(update, found))
                throw new FleetTableException(TableFault.Refused, $"the condition of {update.Key} does not hold") { Found = found };
            changed = [];
            changed.Add(FleetTable.PartitionKey, ItemValue.Of(update.Key.Partition));
            changed.Add(FleetTable.SortKey, ItemValue.Of(update.Key.Sort));
            foreach (var (name, value) in found ?? [])
                changed.Add(name, value);
            ItemExpression.Apply(update, changed);
            Append(changed);
            Keep(changed);
            if (_file.HasGrown)
                TryShrink();
        }
        Written?.Invoke(changed);
        return Task.FromResult(changed);
    }

    public Task WriteAsync(ItemUpdate update, CancellationToken cancellationToken) => UpdateAsync(update, cancellationToken);

    public Task<Item?> FindAsync(ItemKey key, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult(Find(key));
    }

    public Task<(IReadOnlyList<Item> Items, Item? Next)> QueryAsync(ItemQuery query, int most, Item? from, CancellationToken cancellationToken) => Task.FromResult(Query(query, most, from));

    /// <summary>The same at once: nothing is waited for here.</summary>
    public (IReadOnlyList<Item> Items, Item? Next) Query(ItemQuery query, int most, Item? from)
    {
        if (query.Index is not null)
            throw new FleetTableException(TableFault.NoTable, $"one host has no index {query.Index.Name}: its tenants are asked themselves");
        var after = from?.Text(FleetTable.SortKey);
        List<Item> found;
        lock (_lock)
        {
            IEnumerable<Item> items = _partitions.TryGetValue(query.Values[":pk"].Text, out var partition) ? partition.Values : [];
            if (query.IsBackwards)
                items = items.Reverse();
            found = [.. items.Where(i => (after is null || IsBehind(i.Key.Sort, after, query.IsBackwards)) && ItemExpression.Matches(query, i)).Take(most + 1)];
        }
        var hasMore = found.Count > most;
        if (hasMore)
            found.RemoveAt(most);
        return (found, hasMore ? KeysOf(found[^1]) : null);
    }

    public void Dispose() => _file.Dispose();

    private static bool IsBehind(string sort, string after, bool isBackwards) => string.CompareOrdinal(sort, after) is var order && (isBackwards ? order < 0 : order > 0);

    private static Item KeysOf(Item item) => new()
    {
        { FleetTable.PartitionKey, ItemValue.Of(item.Key.Partition) },
        { FleetTable.SortKey, ItemValue.Of(item.Key.Sort) },
    };

    private Item? Find(ItemKey key) => _partitions.GetValueOrDefault(key.Partition)?.GetValueOrDefault(key.Sort);

    private void Keep(Item item)
    {
        if (!_partitions.TryGetValue(item.Key.Partition, out var partition))
            _partitions[item.Key.Partition] = partition = new(StringComparer.Ordinal);
        partition[item.Key.Sort] = item;
    }

    private void Append(Item item)
    {
        try
        {
            _file.Append(item);
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException)
        {
            throw new FleetTableException(TableFault.Unreachable, $"what is asked of this host cannot be written down: {full.Message}", full);
        }
    }

    /// <summary>A disk without room keeps what it has: nothing is lost by a file that is longer than it needs to be.</summary>
    private void TryShrink()
    {
        try
        {
            Shrink();
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException)
        {
            // It is tried again at the next write, or the next start.
        }
    }

    /// <summary>What is over for long goes; so does the oldest of what is over, when it is too much. What is not over stays.</summary>
    private void Shrink()
    {
        var oldest = ItemTime.Text(_time.GetUtcNow() - KeptFor);
        var kept = _partitions.Values.SelectMany(p => p.Values).Where(i => !IsOver(i) || string.CompareOrdinal(TimeOf(i), oldest) > 0)
            .OrderByDescending(TimeOf, StringComparer.Ordinal).ToList();
        var most = MostItems - kept.Count(i => !IsOver(i));
        kept = [.. kept.Where(i => !IsOver(i) || most-- > 0)];
        kept.Reverse();
        _partitions.Clear();
        foreach (var item in kept)
            Keep(item);
        _file.Replace(kept);
    }

    /// <summary>For a day an idempotency key, and what was made under it, are no matter of room: asked for again, it would happen again. Refusals are lines of the audit, and make room.</summary>
    private bool IsOver(Item item) => item.Text(FleetTable.Type) switch
    {
        ItemTypes.Host => false,
        ItemTypes.Command => (item.Text(CommandItem.State) is not { } state || CommandStates.IsFinal(state)) && !IsOfToday(item),
        ItemTypes.Request or ItemTypes.Job => !IsOfToday(item),
        _ => true,
    };

    private bool IsOfToday(Item item) => string.CompareOrdinal(TimeOf(item), ItemTime.Text(_time.GetUtcNow() - RequestItem.Life)) > 0;

    private static string TimeOf(Item item) => item.Text(CommandItem.RequestedAt) ?? item.Text("at") ?? "";
}
