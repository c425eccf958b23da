using System.Globalization;

namespace Litestream.Agent.Api;

/// <summary>The parameters of every list of tenants: <c>limit</c>, <c>cursor</c>, <c>q</c> (part of id or path), <c>status</c>, <c>unhealthy=true</c>.</summary>
internal sealed record ListQuery
{
    private const int LongestText = 500;

    public int Limit { get; private init; } = ClientPage.DefaultLimit;

    public string? Cursor { get; private init; }

    /// <summary>Null for all.</summary>
    public Func<Database, bool>? Filter { get; private init; }

    public static ListQuery Read(IQueryCollection query, Census census)
    {
        var limit = ClientPage.DefaultLimit;
        if (Text(query, "limit") is { } given
            && (!int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > ClientPage.LargestLimit))
            throw new ProblemException(Problems.BadParameter($"limit is a number from 1 to {ClientPage.LargestLimit}"));
        return new() { Limit = limit, Cursor = Text(query, "cursor"), Filter = FilterOf(Text(query, "q"), Text(query, "status"), UnhealthyOf(query, census)) };
    }

    /// <summary>Null when all are wanted: for those that are not as they should be, or not in one of their replicas.</summary>
    private static Census? UnhealthyOf(IQueryCollection query, Census census) => Text(query, "unhealthy") switch
    {
        null or "false" => null,
        "true" => census,
        _ => throw new ProblemException(Problems.BadParameter("unhealthy is true or false")),
    };

    private static Func<Database, bool>? FilterOf(string? part, string? status, Census? unhealthy)
    {
        if (status is not null && !Fleet.StatusWords.All.Contains(status))
            throw new ProblemException(Problems.BadParameter($"status is one of {string.Join(", ", Fleet.StatusWords.All)}"));
        if (part is null && status is null && unhealthy is null)
            return null;
        return database =>
            (part is null || database.Name.Contains(part, StringComparison.OrdinalIgnoreCase) || database.Path.Contains(part, StringComparison.OrdinalIgnoreCase))
            && (status is null || Words.Of(database.Snapshot().Status) == status)
            && unhealthy?.IsWhollyHealthy(database.Snapshot()) != true;
    }

    private static string? Text(IQueryCollection query, string name)
    {
        if (!query.TryGetValue(name, out var values) || values.Count == 0 || values[0] is not { Length: > 0 } text)
            return null;
        return values.Count == 1 && text.Length <= LongestText
            ? text
            : throw new ProblemException(Problems.BadParameter($"{name} is given once, with at most {LongestText} characters"));
    }
}
