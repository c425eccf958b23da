using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary>A tenant was restored to scratch and looked at: what a drill leaves.</summary>
public sealed record ProofRecord
{
    public required Guid Tenant { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>One of <see cref="ProofVerdicts"/>.</summary>
    public required string Verdict { get; init; }

    /// <summary>Host id of the agent, or the worker's name.</summary>
    public required string By { get; init; }

    /// <summary>The command that asked for it; null: nobody did.</summary>
    public Ulid? Command { get; init; }

    /// <summary>The transaction that was restored, 16 hexadecimal digits; null when it did not come so far.</summary>
    public string? Txid { get; init; }

    /// <summary>From the first request to the verdict.</summary>
    public double Seconds { get; init; }

    /// <summary>Size of what was restored.</summary>
    public long Bytes { get; init; }

    /// <summary>Which checks were made, words separated by commas: sum or checksums, integrity, live.</summary>
    public string? Checks { get; init; }

    /// <summary>What was found wrong, with file and page.</summary>
    public string? Detail { get; init; }

    /// <summary>URL of the evidence object beside the replica.</summary>
    public string? Evidence { get; init; }

    public ItemKey Key => FleetKeys.Proof(Tenant, At);
}
