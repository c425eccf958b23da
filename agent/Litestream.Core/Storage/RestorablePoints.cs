using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>Which states the files of a replica make. Pure.</summary>
internal static class RestorablePoints
{
    /// <summary>For each state that can be restored, ascending, one file that ends a chain to it.</summary>
    public static List<LtxFile> Of(IEnumerable<LtxFile> files)
    {
        var points = new List<LtxFile>();
        var reached = Txid.None;
        // A file can be applied to any state from just before its first transaction on, so to the last one below its end or to none.
        foreach (var group in files.GroupBy(f => f.MaxTxid).OrderBy(g => g.Key.Value))
        {
            var last = group.FirstOrDefault(f => f.MinTxid <= reached.Next);
            if (last.MaxTxid.IsNone)
                continue;
            reached = last.MaxTxid;
            points.Add(last);
        }
        return points;
    }

    /// <summary>Transactions between files that no file holds, or that no image leads to.</summary>
    public static List<(Txid Min, Txid Max)> Gaps(IEnumerable<LtxFile> files)
    {
        var gaps = new List<(Txid, Txid)>();
        var reached = Txid.None;
        foreach (var file in files.OrderBy(f => f.MinTxid.Value))
        {
            if (file.MinTxid > reached.Next)
                gaps.Add((reached.Next, file.MinTxid.Previous));
            reached = Txid.Max(reached, file.MaxTxid);
        }
        return gaps;
    }
}
