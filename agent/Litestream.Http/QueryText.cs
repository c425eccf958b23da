using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Litestream.Http;

/// <summary>Parameters of a query: each given once, and bounded. Throws <see cref="ProblemException"/>.</summary>
public static class QueryText
{
    /// <summary>A cursor may hold a name that is a path.</summary>
    private const int LongestText = 2048;

    /// <summary>A parameter that nobody reads is a mistake: a misspelt cursor would answer the first page for ever.</summary>
    public static void Know(IQueryCollection query, params string[] names)
    {
        if (query.Keys.FirstOrDefault(key => !names.Contains(key, StringComparer.OrdinalIgnoreCase)) is not { } unknown)
            return;
        var shown = unknown.Length <= 60 ? unknown : unknown[..60] + "…";
        var meant = NearestName.Find(unknown.Length <= 60 ? unknown : "", names) is { } near ? $"; did you mean {near}?" : names.Length == 0 ? "" : $"; it has {string.Join(", ", names)}";
        throw new ProblemException(RequestProblems.BadParameter($"this address has no parameter {shown}{meant}"));
    }

    /// <summary>Null when it is missing or empty.</summary>
    public static string? Text(IQueryCollection query, string name)
    {
        if (!query.TryGetValue(name, out var values) || values.Count == 0 || values[0] is not { Length: > 0 } text)
            return null;
        return values.Count == 1 && text.Length <= LongestText
            ? text
            : throw new ProblemException(RequestProblems.BadParameter($"{name} is given once, with at most {LongestText} characters"));
    }

    /// <summary>A number from 1 to <paramref name="largest"/>; <paramref name="otherwise"/> when it is missing.</summary>
    public static int Number(IQueryCollection query, string name, int otherwise, int largest)
    {
        if (Text(query, name) is not { } given)
            return otherwise;
        return int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= largest
            ? number
            : throw new ProblemException(RequestProblems.BadParameter($"{name} is a number from 1 to {largest}"));
    }

    /// <summary>False when it is missing.</summary>
    public static bool Flag(IQueryCollection query, string name) => Text(query, name) switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw new ProblemException(RequestProblems.BadParameter($"{name} is true or false")),
    };
}
