namespace Litestream.Fleet.Api;

/// <summary>What would be done for one tenant.</summary>
public sealed record RestorePlanStep
{
    public required Guid TenantId { get; init; }

    /// <summary>Where it would be done; null when nobody could.</summary>
    public string? HostId { get; init; }

    /// <summary>Of that host: one of <see cref="LivenessWords"/>.</summary>
    public string? HostLiveness { get; init; }

    /// <summary>From where, without secrets.</summary>
    public string? Replica { get; init; }

    /// <summary>Null: in place.</summary>
    public string? TargetPath { get; init; }

    public Guid? NewTenant { get; init; }

    /// <summary>The transaction that would be restored, where the replica was asked; 16 hexadecimal digits.</summary>
    public string? Txid { get; init; }

    /// <summary>When that one was captured, UTC.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Of the files that would be read.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>How many those are.</summary>
    public int? Files { get; init; }

    /// <summary>About how long it takes, by the tenant's last drill that passed, else by those of all; null: nothing was measured.</summary>
    public double? Seconds { get; init; }

    /// <summary>Why it would be refused: one of <see cref="ProblemCodes"/>; null: it would not.</summary>
    public string? Code { get; init; }

    /// <summary>The same as a sentence with its remedy.</summary>
    public string? Detail { get; init; }
}
