namespace Litestream.Fleet.Api;

/// <summary>One time that a backup was restored aside and looked at.</summary>
public sealed record TenantDrill
{
    public required Guid TenantId { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>One of <see cref="Items.ProofVerdicts"/>.</summary>
    public required string Verdict { get; init; }

    /// <summary>Host id of the agent, or the worker's name.</summary>
    public required string By { get; init; }

    /// <summary>The command that asked for it, a ULID; null: nobody did.</summary>
    public string? CommandId { get; init; }

    /// <summary>The transaction that was restored, 16 hexadecimal digits; null when it did not come so far.</summary>
    public string? Txid { get; init; }

    public double Seconds { get; init; }

    public long Bytes { get; init; }

    /// <summary>sum or checksums, integrity, live: those that were made.</summary>
    public required IReadOnlyList<string> Checks { get; init; }

    /// <summary>What was found wrong.</summary>
    public string? Detail { get; init; }

    /// <summary>URL of the evidence.</summary>
    public string? Evidence { get; init; }
}
