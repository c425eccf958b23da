using Litestream.Fleet.Items;

namespace Litestream.Agent.Drills;

/// <summary>What is known of the drills of a tenant.</summary>
/// <param name="Last">Whatever it came to.</param>
/// <param name="Pass">The last that passed; null: none did.</param>
/// <param name="Failure">The last that failed, if none passed since: a problem.</param>
internal sealed record DrillState(ProofRecord Last, ProofRecord? Pass, ProofRecord? Failure)
{
    /// <summary>With one more, which says nothing of the backup when it is inconclusive.</summary>
    public static DrillState With(DrillState? before, ProofRecord proof) => proof.Verdict switch
    {
        ProofVerdicts.Pass => new(proof, proof, null),
        ProofVerdicts.Fail => new(proof, before?.Pass, proof),
        _ => new(proof, before?.Pass, before?.Failure),
    };

    /// <summary>Each once, the newest first.</summary>
    public IEnumerable<ProofRecord> Known => new[] { Last, Pass, Failure }.OfType<ProofRecord>().DistinctBy(p => p.At).OrderByDescending(p => p.At);
}
