using Litestream.Http;
using Litestream.Ltx;
using Microsoft.AspNetCore.Http;

namespace Litestream.Contract.Timelines;

/// <summary>The parameters of a timeline.</summary>
/// <param name="Limit">Points at most.</param>
/// <param name="Before">Those behind it were on the pages before.</param>
/// <param name="IsExact">With the times of the transactions, a read of the replica for each.</param>
internal sealed record TimelineQuery(int Limit, Txid? Before, bool IsExact)
{
    public const int UsualLimit = 500;
    public const int LargestLimit = 5000;
    public const int LargestExactLimit = 100;

    /// <summary>Throws <see cref="ProblemException"/>.</summary>
    public static TimelineQuery Read(IQueryCollection query)
    {
        QueryText.Know(query, "limit", "cursor", "exact");
        var isExact = QueryText.Flag(query, "exact");
        var limit = QueryText.Number(query, "limit", isExact ? LargestExactLimit : UsualLimit, isExact ? LargestExactLimit : LargestLimit);
        return new(limit, QueryText.Text(query, "cursor") is { } cursor ? new Txid(Convert.ToUInt64(AskedValues.TxidOf(cursor), 16)) : null, isExact);
    }
}
