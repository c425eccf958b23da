using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>A page's new share of the database's sum.</summary>
internal readonly record struct PageChange(uint Pgno, ulong Sum)
{
    /// <summary>What a file changes.</summary>
    public static IEnumerable<PageChange> ReadAll(LtxDecoder decoder)
    {
        var page = new byte[decoder.Header.PageSize];
        while (decoder.ReadPage(page, out var pgno))
            yield return new(pgno, PageSum.Of(pgno, page));
    }
}
