namespace Litestream.Fleet.Api;

/// <summary>What a drill found, as an object beside the replica that it is about: <c>drills/&lt;time&gt;.json</c>. It outlives the fleet's table.</summary>
public sealed record DrillEvidence
{
    /// <summary>Of this form.</summary>
    public int Version { get; init; } = 1;

    public required Guid TenantId { get; init; }

    /// <summary>URL that was read, without secrets.</summary>
    public required string Replica { get; init; }

    /// <summary>When it began, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>One of <see cref="Items.ProofVerdicts"/>.</summary>
    public required string Verdict { get; init; }

    /// <summary>Host id of the agent, or the worker's name.</summary>
    public required string By { get; init; }

    /// <summary>Version of the program that did it.</summary>
    public required string Program { get; init; }

    /// <summary>The command that asked for it, a ULID; null: nobody did.</summary>
    public string? CommandId { get; init; }

    /// <summary>The transaction that was restored, 16 hexadecimal digits; null when it did not come so far.</summary>
    public string? Txid { get; init; }

    /// <summary>When that one was captured, UTC.</summary>
    public DateTimeOffset? CapturedAt { get; init; }

    /// <summary>From the first request to the proof.</summary>
    public double Seconds { get; init; }

    /// <summary>Size of the restored database.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Read from the replica.</summary>
    public long BytesRead { get; init; }

    /// <summary>LTX files that were used.</summary>
    public int Files { get; init; }

    /// <summary>sum or checksums, integrity, live: those that were made.</summary>
    public required IReadOnlyList<string> Checks { get; init; }

    /// <summary>The database's sum, recorded at capture and found again, 16 hexadecimal digits; null in a chain without sums.</summary>
    public string? Sum { get; init; }

    /// <summary>What is wrong, with file and page; null when nothing is.</summary>
    public string? Detail { get; init; }

    /// <summary>Damaged files that others could stand in for.</summary>
    public IReadOnlyList<string> Damage { get; init; } = [];
}
