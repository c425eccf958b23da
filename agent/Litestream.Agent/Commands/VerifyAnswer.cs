using Litestream.Restore;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream verify -json</c>; camel case, as upstream has no such command.</summary>
/// <param name="Replica">URL.</param>
/// <param name="Ok">Nothing is damaged and nothing is missing.</param>
/// <param name="Files">Files read, all of them whole.</param>
/// <param name="Bytes">Their length.</param>
/// <param name="Proof"><c>sum</c>: compared with what was captured; <c>checksums</c>: only each file with itself.</param>
/// <param name="Points">States that can be restored.</param>
/// <param name="Oldest">The oldest of them; null when there is none.</param>
/// <param name="Newest">The newest of them.</param>
/// <param name="NewestListed">The furthest the files reach.</param>
/// <param name="Damage">By file and page.</param>
/// <param name="Missing">Ranges of transactions.</param>
internal sealed record VerifyAnswer(
    string Replica, bool Ok, int Files, long Bytes, string Proof, int Points, VerifyPointAnswer? Oldest, VerifyPointAnswer? Newest,
    VerifyPointAnswer NewestListed, IReadOnlyList<VerifyDamageAnswer> Damage, IReadOnlyList<VerifyGapAnswer> Missing)
{
    public static VerifyAnswer Of(string replica, VerifyReport report) => new(
        replica, report.IsWhole, report.FileCount, report.TotalBytes, report.Proof == ProofKind.Sum ? "sum" : "checksums", report.PointCount,
        report.Oldest is { } oldest ? VerifyPointAnswer.Of(oldest) : null, report.Newest is { } newest ? VerifyPointAnswer.Of(newest) : null,
        VerifyPointAnswer.Of(report.NewestListed), [.. report.Damage.Select(VerifyDamageAnswer.Of)],
        [.. report.Missing.Select(gap => new VerifyGapAnswer(gap.Min.ToString(), gap.Max.ToString()))]);
}
