namespace Litestream.Fleet.Api;

/// <summary>A command of a host as the API shows it.</summary>
public sealed record FleetCommand
{
    /// <summary>A ULID.</summary>
    public required string Id { get; init; }

    public required string HostId { get; init; }

    /// <summary>One of <see cref="Items.CommandKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>One of <see cref="Items.CommandStates"/>.</summary>
    public required string State { get; init; }

    public required Guid TenantId { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public required string RequestedBy { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The job that it is a part of, a ULID; null for a single one.</summary>
    public string? JobId { get; init; }

    public string? Txid { get; init; }

    public DateTimeOffset? Timestamp { get; init; }

    public string? TargetPath { get; init; }

    public Guid? NewTenant { get; init; }

    public string? Replica { get; init; }

    public string? IfBusy { get; init; }

    /// <summary>Of an undo: the command whose restore it takes back, a ULID.</summary>
    public string? Undoes { get; init; }

    public string? IfAlive { get; init; }

    public long? Epoch { get; init; }

    /// <summary>Of a move: the host that it goes to, of the release there; null: an ordinary release.</summary>
    public string? PauseFor { get; init; }

    /// <summary>Of a move: the host that it comes from.</summary>
    public string? From { get; init; }

    /// <summary>Somebody wants it to end.</summary>
    public DateTimeOffset? CancelRequestedAt { get; init; }

    public DateTimeOffset? ClaimedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>A word of its kind; null before it runs.</summary>
    public string? Step { get; init; }

    public DateTimeOffset? ProgressAt { get; init; }

    /// <summary>0 to 100.</summary>
    public int? Percent { get; init; }

    public long? DoneBytes { get; init; }

    public long? DonePages { get; init; }

    /// <summary>What came of it, a sentence.</summary>
    public string? Result { get; init; }

    /// <summary>16 hexadecimal digits.</summary>
    public string? ResultTxid { get; init; }

    /// <summary>Of a restore in place that happened: the state before, 16 hexadecimal digits.</summary>
    public string? BeforeTxid { get; init; }

    /// <summary>Of a move: since then nobody could write to the tenant, by the clock of the host that it left.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>For so many milliseconds, up to this command's end.</summary>
    public long? PausedMs { get; init; }

    /// <summary>Why it failed: one of <see cref="Items.CommandErrors"/>.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The same as a sentence with its remedy.</summary>
    public string? Error { get; init; }
}
