using Litestream.Http;

namespace Litestream.Agent.Api;

/// <summary>The parameters of every list of tenants: <c>limit</c>, <c>cursor</c>, <c>q</c> (part of id or path), <c>status</c>, <c>unhealthy=true</c>.</summary>
internal sealed record ListQuery
{
    public int Limit { get; private init; } = ClientPage.DefaultLimit;

    public string? Cursor { get; private init; }

    /// <summary>Null for all.</summary>
    public Func<Database, bool>? Filter { get; private init; }

    public static ListQuery Read(IQueryCollection query, Census census)
    {
        var limit = QueryText.Number(query, "limit", ClientPage.DefaultLimit, ClientPage.LargestLimit);
        return new() { Limit = limit, Cursor = QueryText.Text(query, "cursor"), Filter = FilterOf(QueryText.Text(query, "q"), QueryText.Text(query, "status"), QueryText.Flag(query, "unhealthy") ? census : null) };
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
