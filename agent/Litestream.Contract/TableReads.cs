using Litestream.DynamoDb;
using Litestream.Fleet.Table;

namespace Litestream.Contract;

/// <summary>
/// Reads of the fleet's table, tried again: a function that was frozen finds its connections dead, and a table that is asked much wants a moment. Writes are
/// not: after a lost answer the next try meets its own first one.
/// </summary>
internal sealed class TableReads(IFleetTable table, TimeProvider time, ILogger log)
{
    /// <summary>Together with the limit of each request well below the 30 s that a gateway waits.</summary>
    private const int MostTries = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>As it is now; null when there is none. Throws <see cref="FleetTableException"/>.</summary>
    public Task<Item?> FindAsync(ItemKey key, CancellationToken cancellationToken) => TryAsync(() => table.FindAsync(key, cancellationToken), cancellationToken);

    /// <summary>A page, and where the next one begins (null: there is none).</summary>
    /// <param name="query">Of one partition.</param>
    /// <param name="most">Items of the page.</param>
    /// <param name="from">What the page before said.</param>
    public Task<(IReadOnlyList<Item> Items, Item? Next)> QueryAsync(ItemQuery query, int most, Item? from, CancellationToken cancellationToken) =>
        TryAsync(() => table.QueryAsync(query, most, from, cancellationToken), cancellationToken);

    /// <summary>An item that cannot be read is left out and named in the log: one broken item hides no other.</summary>
    public IEnumerable<T> Readable<T>(IEnumerable<Item> items, Func<Item, T> read)
    {
        foreach (var item in items)
        {
            T record;
            try
            {
                record = read(item);
            }
            catch (MalformedItemException malformed)
            {
                log.MalformedItem(malformed.Message);
                continue;
            }
            yield return record;
        }
    }

    private async Task<T> TryAsync<T>(Func<Task<T>> request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await request();
            }
            catch (FleetTableException fault) when (attempt < MostTries && fault.Fault is TableFault.Throttled or TableFault.Unreachable)
            {
                await Task.Delay(FirstPause * (attempt * (1 + Random.Shared.NextDouble())), time, cancellationToken);
            }
        }
    }
}
