using Litestream.Ltx;

namespace Litestream.Restore;

/// <summary>What a restore wrote.</summary>
/// <param name="Txid">The transaction it stands at.</param>
/// <param name="Timestamp">When that transaction was captured, UTC.</param>
/// <param name="SizeBytes">Size of the database.</param>
/// <param name="FileCount">LTX files used.</param>
/// <param name="Proof">How the result was proven.</param>
/// <param name="Duration">From plan to rename.</param>
public sealed record RestoreResult(Txid Txid, DateTimeOffset Timestamp, long SizeBytes, int FileCount, ProofKind Proof, TimeSpan Duration)
{
    /// <summary>Bytes read from the replica, over all tries of this run.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes of pages that an earlier run, cut short, had written already.</summary>
    public long BytesResumed { get; init; }

    /// <summary>Damaged files of the replica that others could stand in for, as sentences: the result is whole, the replica is not.</summary>
    public IReadOnlyList<string> Damage { get; init; } = [];

    /// <summary>The database's sum as recorded at capture; null in a chain without our sums.</summary>
    internal ulong? PostSum { get; init; }

    /// <summary>What was written, as another copy of it can be told by.</summary>
    internal RestoredPages Pages { get; init; }
}
