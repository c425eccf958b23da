namespace Litestream.Agent.Commands.Fleets;

/// <summary>A list of the API, page after page.</summary>
internal static class FleetPages
{
    /// <summary>A terminal shows no more, and a program asks the API itself.</summary>
    private const int MostItems = 100_000;

    /// <param name="path">Of a page; the argument is <c>&amp;cursor=…</c>, or empty.</param>
    /// <param name="get">Asks for one.</param>
    public static async Task<IReadOnlyList<T>> AllAsync<T>(Func<string, string> path, Func<string, Task<(IReadOnlyList<T> Items, string? Next)>> get)
    {
        var all = new List<T>();
        string? cursor = null;
        do
        {
            (var items, cursor) = await get(path(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}"));
            all.AddRange(items);
        }
        while (cursor is not null && all.Count < MostItems);
        return all;
    }
}
