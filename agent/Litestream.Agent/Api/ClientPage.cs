namespace Litestream.Agent.Api;

/// <summary>
/// A page of tenants in the order of their names: what follows the cursor, at most so many, and where to go on. Keeps no sorted
/// list of a hundred thousand names for the rare reader; one pass with a heap of the page's size finds them.
/// </summary>
internal static class ClientPage
{
    public const int DefaultLimit = 1000;
    public const int LargestLimit = 10_000;

    public static (List<Database> Items, string? NextCursor) Of(IEnumerable<Database> databases, int limit, string? cursor, Func<Database, bool>? filter = null) =>
        By(d => d.Name, databases, limit, cursor, filter);

    /// <summary>The same in the order of another name.</summary>
    public static (List<Database> Items, string? NextCursor) By(
        Func<Database, string> nameOf, IEnumerable<Database> databases, int limit, string? cursor, Func<Database, bool>? filter = null)
    {
        // The largest name on top: it is the one to give up when a smaller one comes.
        var page = new PriorityQueue<Database, string>(Comparer<string>.Create(static (a, b) => string.CompareOrdinal(b, a)));
        foreach (var database in databases)
        {
            var name = nameOf(database);
            if ((cursor is not null && string.CompareOrdinal(name, cursor) <= 0) || filter?.Invoke(database) == false)
                continue;
            page.Enqueue(database, name);
            // One more than the page tells that there is more.
            if (page.Count > limit + 1)
                page.Dequeue();
        }
        var hasMore = page.Count > limit;
        if (hasMore)
            page.Dequeue();
        var items = new List<Database>(page.Count);
        while (page.TryDequeue(out var database, out _))
            items.Add(database);
        items.Reverse();
        return (items, hasMore ? nameOf(items[^1]) : null);
    }
}
