using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Contract;

/// <summary>What all lists do alike: a page has a size, and a cursor that is of this list or refused.</summary>
internal static class Lists
{
    public const int UsualPage = 100;
    public const int LargestPage = 1000;

    /// <summary>Null when there is none.</summary>
    /// <param name="text">As it was given.</param>
    /// <param name="list">Which one, with what it is filtered by.</param>
    /// <param name="shards">It has.</param>
    public static PageCursor? Cursor(string? text, string list, int shards) =>
        text is null ? null : PageCursor.TryParse(text, list, shards, out var cursor) ? cursor : throw BadCursor();

    public static ProblemException BadCursor() => new(RequestProblems.BadCursor());

    /// <summary>Behind what a page of a partition of the table begins. Only the sort key is the cursor's to say; null: from the beginning.</summary>
    public static Item? After(PageCursor? cursor, string partition, string sortPrefix = "") => cursor?.After is not { } after ? null
        : after.Text(FleetTable.SortKey) is { Length: > 0 } sort && sort.StartsWith(sortPrefix, StringComparison.Ordinal)
            ? new() { { FleetTable.PartitionKey, ItemValue.Of(partition) }, { FleetTable.SortKey, ItemValue.Of(sort) } }
            : throw BadCursor();

    /// <summary>A cursor that nobody needs to read more out of: the rest of the key follows from the request.</summary>
    public static Item SortOnly(Item key) => new() { { FleetTable.SortKey, ItemValue.Of(key.Text(FleetTable.SortKey) ?? "") } };
}
