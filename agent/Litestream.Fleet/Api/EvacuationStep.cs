namespace Litestream.Fleet.Api;

/// <summary>What an evacuation would do with one tenant.</summary>
public sealed record EvacuationStep
{
    public required Guid TenantId { get; init; }

    /// <summary>Null when none can take it.</summary>
    public string? ToHost { get; init; }

    public required long SizeBytes { get; init; }

    /// <summary>As the catalogue has it: another one by then refuses the step.</summary>
    public required long Epoch { get; init; }

    /// <summary>Newest transaction that its owner said is in a replica; the replica may have later ones, and those come, too.</summary>
    public string? ReplicatedTxid { get; init; }

    /// <summary>Why it cannot be done: one of <see cref="ProblemCodes"/>; null: it can.</summary>
    public string? Code { get; init; }

    /// <summary>The same as a sentence.</summary>
    public string? Detail { get; init; }
}
