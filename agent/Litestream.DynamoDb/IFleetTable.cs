using Litestream.Fleet.Table;

namespace Litestream.DynamoDb;

/// <summary>Where the treaty's items are: the table of a fleet, or what a host keeps of its own. Throws <see cref="FleetTableException"/>.</summary>
public interface IFleetTable
{
    /// <summary>Answers the whole item as it is behind the update.</summary>
    Task<Item> UpdateAsync(ItemUpdate update, CancellationToken cancellationToken);

    /// <summary>The same, without an answer.</summary>
    Task WriteAsync(ItemUpdate update, CancellationToken cancellationToken);

    /// <summary>As it is now, not a moment ago; null when there is none.</summary>
    Task<Item?> FindAsync(ItemKey key, CancellationToken cancellationToken);

    /// <summary>A page of a query, and where the next one begins (null: there is none).</summary>
    /// <param name="query">Of one partition.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="from">Where the page before said that the next one begins: the keys of its last item.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<(IReadOnlyList<Item> Items, Item? Next)> QueryAsync(ItemQuery query, int most, Item? from, CancellationToken cancellationToken);
}
