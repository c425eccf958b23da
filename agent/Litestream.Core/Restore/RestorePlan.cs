using Litestream.Ltx;

namespace Litestream.Restore;

/// <summary>Which files make the wanted state, in the order in which they apply: the first is a complete image, each next one continues or overlaps the one before.</summary>
/// <param name="Files">In that order.</param>
/// <param name="Newest">The file of the replica that reaches furthest: what is behind the plan's end would be lost.</param>
public sealed record RestorePlan(IReadOnlyList<LtxFile> Files, LtxFile Newest)
{
    /// <summary>The transaction the plan ends at.</summary>
    public Txid Txid => Files[^1].MaxTxid;

    /// <summary>When that was captured, UTC.</summary>
    public DateTimeOffset Timestamp => Files[^1].CreatedAt;

    /// <summary>Of the files; a restore leaves out what a later file replaces.</summary>
    public long TotalBytes => Files.Sum(f => f.SizeBytes);

    /// <summary>Transactions in the replica that the restored state would not have.</summary>
    public ulong LostTransactions => Newest.MaxTxid.Value - Txid.Value;
}
