using Litestream.Ltx;

namespace Litestream.Restore;

/// <summary>Finds which pages are not what they were, given something to compare them with. Pure.</summary>
internal static class DamagedPages
{
    /// <summary>Enough for a person to see what kind of damage it is.</summary>
    private const int Most = 20;

    /// <summary>Pairs are tried one by one: up to here that takes less than a second.</summary>
    private const int MostToExchange = 4096;

    /// <summary>Pages of two states at one transaction that differ.</summary>
    public static List<uint> Differing(PageSums found, PageSums other)
    {
        var pages = new List<uint>();
        for (uint pgno = 1; pgno <= Math.Max(found.Commit, other.Commit) && pages.Count < Most; pgno++)
        {
            if (found[pgno] != other[pgno])
                pages.Add(pgno);
        }
        return pages;
    }

    /// <summary>Pages of one file that differ from a state at its last transaction.</summary>
    public static List<uint> Differing(FileContent found, PageSums other) =>
        [.. found.Pgnos.Where((pgno, i) => other[pgno] != found.Sums[i]).Take(Most)];

    /// <summary>The two pages of a file that, each under the other's number, would add <paramref name="missing"/> more to the sum; none when no two do.</summary>
    public static List<uint> Exchanged(FileContent content, ulong missing)
    {
        var count = content.Pgnos.Count;
        if (count > MostToExchange || missing == 0)
            return [];
        var crcs = content.Pgnos.Select((pgno, i) => PageSum.CrcOf(pgno, content.Sums[i])).ToArray();
        for (var i = 0; i < count; i++)
        {
            for (var j = i + 1; j < count; j++)
            {
                var exchanged = unchecked(PageSum.OfCrc(content.Pgnos[i], crcs[j]) + PageSum.OfCrc(content.Pgnos[j], crcs[i]));
                if (unchecked(exchanged - content.Sums[i] - content.Sums[j]) == missing)
                    return [content.Pgnos[i], content.Pgnos[j]];
            }
        }
        return [];
    }
}
