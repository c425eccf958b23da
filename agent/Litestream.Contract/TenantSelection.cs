using Litestream.Http;
using Microsoft.AspNetCore.Http;

namespace Litestream.Contract;

/// <summary>The parameters of <c>/api/tenants</c>: which tenants, and a page of them. One of the three ways to choose, never all: that would be a scan.</summary>
/// <param name="Prefix">Beginning of their GUIDs, lower case.</param>
/// <param name="Host">Whose.</param>
/// <param name="Limit">At most so many.</param>
/// <param name="Cursor">Where the page before ended.</param>
internal sealed record TenantSelection(string? Prefix, string? Host, int Limit, string? Cursor)
{
    /// <summary>Whose index is spread by them.</summary>
    private const int LeastPrefix = 2;

    /// <summary>Those with a problem.</summary>
    public bool IsTroubled => Prefix is null && Host is null;

    /// <summary>Throws <see cref="ProblemException"/>.</summary>
    public static TenantSelection Read(IQueryCollection query)
    {
        QueryText.Know(query, "prefix", "host", "problems", "limit", "cursor");
        var (prefix, host, troubled) = (QueryText.Text(query, "prefix"), QueryText.Text(query, "host"), QueryText.Flag(query, "problems"));
        if ((prefix is null ? 0 : 1) + (host is null ? 0 : 1) + (troubled ? 1 : 0) != 1)
            throw new ProblemException(RequestProblems.BadParameter("one of prefix, host and problems=true says which tenants"));
        return new(prefix is null ? null : PrefixOf(prefix), host, LimitOf(query), QueryText.Text(query, "cursor"));
    }

    /// <summary>Of <c>/api/hosts/{id}/tenants</c>.</summary>
    public static TenantSelection OfHost(string host, IQueryCollection query)
    {
        QueryText.Know(query, "limit", "cursor");
        return new(null, host, LimitOf(query), QueryText.Text(query, "cursor"));
    }

    private static int LimitOf(IQueryCollection query) => QueryText.Number(query, "limit", Lists.UsualPage, Lists.LargestPage);

    /// <summary>The beginning of a GUID as it is written, in either case; in catalogues they are lower case.</summary>
    private static string PrefixOf(string text)
    {
        var form = Guid.Empty.ToString("d");
        var isBeginning = text.Length >= LeastPrefix && text.Length <= form.Length && text.Zip(form).All(pair => pair.Second == '-' ? pair.First == '-' : char.IsAsciiHexDigit(pair.First));
        return isBeginning ? text.ToLowerInvariant() : throw new ProblemException(RequestProblems.BadParameter($"prefix is the beginning of a GUID, at least {LeastPrefix} hexadecimal digits"));
    }
}
