using System.Security.Cryptography;
using System.Text;
using Litestream.Contract;
using Litestream.Fleet.Table;
using Litestream.Http;

namespace Litestream.Agent.Api;

/// <summary>
/// The parameters of every list of databases: <c>limit</c>, <c>cursor</c>, <c>q</c> (part of id or path), <c>status</c>, <c>unhealthy=true</c>. A cursor is of any of these
/// lists (<c>/api/status</c> goes on in <c>/api/databases</c>) under the same filters.
/// </summary>
internal sealed class ListQuery
{
    private readonly int _limit;
    private readonly string _list;
    private readonly string? _after;

    private ListQuery(int limit, string list, string? after, Func<Database, bool>? filter) => (_limit, _list, _after, Filter) = (limit, list, after, filter);

    /// <summary>Null for all.</summary>
    public Func<Database, bool>? Filter { get; }

    /// <summary>Throws <see cref="ProblemException"/>.</summary>
    public static ListQuery Read(IQueryCollection query, Census census)
    {
        QueryText.Know(query, "limit", "cursor", "q", "status", "unhealthy");
        var (part, status, isUnhealthy) = (QueryText.Text(query, "q"), QueryText.Text(query, "status"), QueryText.Flag(query, "unhealthy"));
        var filter = FilterOf(part, status, isUnhealthy ? census : null);
        var list = $"databases {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{part}\n{status}\n{isUnhealthy}")))[..8]}";
        var after = Lists.Cursor(QueryText.Text(query, "cursor"), list, 1) is { } cursor ? cursor.After?.Text(FleetTable.SortKey) ?? throw Lists.BadCursor() : null;
        return new(QueryText.Number(query, "limit", ClientPage.DefaultLimit, ClientPage.LargestLimit), list, after, filter);
    }

    public (List<Database> Items, string? NextCursor) Page(IEnumerable<Database> databases)
    {
        var (items, next) = ClientPage.Of(databases, _limit, _after, Filter);
        return (items, next is null ? null : new PageCursor(_list, 0, new() { { FleetTable.SortKey, ItemValue.Of(next) } }).ToString());
    }

    private static Func<Database, bool>? FilterOf(string? part, string? status, Census? unhealthy)
    {
        if (status is not null && !Fleet.StatusWords.All.Contains(status))
            throw new ProblemException(RequestProblems.BadParameter($"status is one of {string.Join(", ", Fleet.StatusWords.All)}"));
        if (part is null && status is null && unhealthy is null)
            return null;
        return database =>
            (part is null || database.Name.Contains(part, StringComparison.OrdinalIgnoreCase) || database.Path.Contains(part, StringComparison.OrdinalIgnoreCase))
            && (status is null || Words.Of(database.Snapshot().Status) == status)
            && unhealthy?.IsWhollyHealthy(database.Snapshot()) != true;
    }
}
