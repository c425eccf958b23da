using Litestream.Ltx;

namespace Litestream.Restore;

/// <summary>Which files make the wanted state, in the order in which they apply: the first is a complete image, each next one continues or overlaps the one before.</summary>
public sealed record RestorePlan(IReadOnlyList<LtxFile> Files)
{
    /// <summary>The transaction the plan ends at.</summary>
    public Txid Txid => Files[^1].MaxTxid;

    public long TotalBytes => Files.Sum(f => f.SizeBytes);
}
