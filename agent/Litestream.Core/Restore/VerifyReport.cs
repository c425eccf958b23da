using Litestream.Ltx;

namespace Litestream.Restore;

/// <summary>What a replica is worth.</summary>
/// <param name="FileCount">Files read, all of them from beginning to end.</param>
/// <param name="TotalBytes">Their length.</param>
/// <param name="Proof">Whether sums recorded at capture were compared, or only each file's own checksum.</param>
/// <param name="PointCount">States that can be restored.</param>
/// <param name="Oldest">The oldest of them: the last file of its chain. Null when nothing can be restored.</param>
/// <param name="Newest">The newest of them.</param>
/// <param name="NewestListed">The furthest the files reach, restorable or not.</param>
/// <param name="Damage">What is damaged, by file and page.</param>
/// <param name="Missing">Ranges of transactions that no file holds, between files that exist.</param>
public sealed record VerifyReport(
    int FileCount, long TotalBytes, ProofKind Proof, int PointCount, LtxFile? Oldest, LtxFile? Newest, LtxFile NewestListed,
    IReadOnlyList<ReplicaDamage> Damage, IReadOnlyList<(Txid Min, Txid Max)> Missing)
{
    public bool IsWhole => Damage.Count == 0 && Missing.Count == 0;
}
