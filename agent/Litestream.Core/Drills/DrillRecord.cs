using Litestream.Ltx;
using Litestream.Restore;

namespace Litestream.Drills;

/// <summary>What a drill found.</summary>
/// <param name="Txid">The transaction that was restored; none if it did not come so far.</param>
/// <param name="At">When it began, UTC.</param>
/// <param name="RestoreTime">From plan to proof.</param>
/// <param name="Duration">Of all, with the live check.</param>
/// <param name="SizeBytes">Of the database.</param>
/// <param name="BytesRead">From the replica.</param>
/// <param name="FileCount">LTX files used.</param>
/// <param name="Proof">How it was proven; null if it was not.</param>
/// <param name="IntegrityCheck">SQLite's own check that it passed.</param>
/// <param name="Live">Whether what was captured is what the live database has.</param>
/// <param name="Trouble">What is wrong, as a sentence; null when it passed.</param>
public sealed record DrillRecord(
    Txid Txid, DateTimeOffset At, TimeSpan RestoreTime, TimeSpan Duration, long SizeBytes, long BytesRead, int FileCount, ProofKind? Proof,
    IntegrityCheck IntegrityCheck, LiveVerdict Live, string? Trouble)
{
    /// <summary>It restores, and proves equal to what was captured; a live check that was made found no difference.</summary>
    public bool IsPassed => Trouble is null;

    /// <summary>Why no live check was made, as a sentence; null when one was.</summary>
    public string? WhyNotLive { get; init; }

    /// <summary>When the transaction was captured, UTC; null when nothing was restored, or the chain does not say.</summary>
    internal DateTimeOffset? CapturedAt { get; init; }

    /// <summary>The database's sum, recorded at capture and found again; null in a chain without sums.</summary>
    internal ulong? Sum { get; init; }

    /// <summary>Damaged files of the replica that others stood in for.</summary>
    public IReadOnlyList<string> Damage { get; init; } = [];
}
