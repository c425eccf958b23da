namespace Litestream.Fleet.Api;

/// <summary>How much of the fleet was restored and proven lately: the sums of its 256 slices.</summary>
public sealed record DrillCoverage
{
    public required int Tenants { get; init; }

    public required int ProvenWithin1Day { get; init; }

    public required int ProvenWithin7Days { get; init; }

    public required int ProvenWithin30Days { get; init; }

    /// <summary>Whose last proof failed.</summary>
    public required int Failed { get; init; }

    /// <summary>Past the interval of the drills without a proof.</summary>
    public required int Unproven { get; init; }

    /// <summary>In whose replica the worker found less than their agents say.</summary>
    public required int Behind { get; init; }

    /// <summary>Of all tenants that passed once, the one whose last proof is oldest, UTC; null: none did.</summary>
    public DateTimeOffset? OldestProofAt { get; init; }

    /// <summary>Slices that were visited; of the others nothing is known.</summary>
    public required int VisitedSlices { get; init; }

    /// <summary>The slice that waits longest was visited then, UTC; null: none was.</summary>
    public DateTimeOffset? OldestVisitAt { get; init; }

    /// <summary>Half of the restores took less: the median of the slices', each by its tenants.</summary>
    public double P50Seconds { get; init; }

    /// <summary>Bytes restored in a second, by one restore: the mean of the slices', each by its tenants.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>Largest p99 of a slice.</summary>
    public double P99Seconds { get; init; }
}
