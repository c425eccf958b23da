using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary>Something that a host is asked to do to one tenant, and what became of it.</summary>
public sealed record CommandRecord
{
    public required string HostId { get; init; }

    public required Ulid Id { get; init; }

    /// <summary>One of <see cref="CommandKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>One of <see cref="CommandStates"/>.</summary>
    public required string State { get; init; }

    public required Guid Tenant { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>Who asked: a person or a program.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Not begun after this.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The job that it is a part of; null for a single one.</summary>
    public Ulid? Job { get; init; }

    /// <summary>Its arguments; what a kind does not know it ignores.</summary>
    public CommandArguments Arguments { get; init; } = new();

    /// <summary>Somebody wants it to end; it does at the next point where nothing is half done.</summary>
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>Run of the agent that has it (its start, unique): another run that finds it must decide what became of it.</summary>
    public string? ClaimedBy { get; init; }

    public DateTimeOffset? ClaimedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public CommandProgress? Progress { get; init; }

    /// <summary>What came of it, as text or compact JSON of its kind; at most 2,000 characters.</summary>
    public string? Result { get; init; }

    /// <summary>Newest transaction that it was about, 16 hexadecimal digits.</summary>
    public string? ResultTxid { get; init; }

    /// <summary>restore in place that happened: the state before, which an undo goes back to; 16 hexadecimal digits.</summary>
    public string? BeforeTxid { get; init; }

    /// <summary>Of a move: since then nobody could write to the tenant, by the clock of the host that it left.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>For so long, up to this command's end; measured where it can be by one clock.</summary>
    public long? PausedMs { get; init; }

    /// <summary>Why it failed: one of <see cref="CommandErrors"/>.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The same as a sentence with its remedy; at most 1,000 characters.</summary>
    public string? Error { get; init; }

    public ItemKey Key => FleetKeys.Command(HostId, Id);
}
