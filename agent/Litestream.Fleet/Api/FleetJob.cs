namespace Litestream.Fleet.Api;

/// <summary>A job as the API shows it: answer of <c>POST /api/restores</c>, <c>/api/drills</c> and <c>/api/evacuations</c>, of <c>GET</c> of one of them, and of a cancel or an undo.</summary>
public sealed record FleetJob
{
    /// <summary>A ULID.</summary>
    public required string Id { get; init; }

    /// <summary>One of <see cref="Items.JobKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>One of <see cref="Items.JobStates"/>.</summary>
    public required string State { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public required string RequestedBy { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Of an evacuation: the host that is emptied.</summary>
    public string? FromHost { get; init; }

    /// <summary>Hosts that take part.</summary>
    public required IReadOnlyList<string> ToHosts { get; init; }

    public required int Total { get; init; }

    public required int Done { get; init; }

    public required int Failed { get; init; }

    public required int Cancelled { get; init; }

    public long Bytes { get; init; }

    /// <summary>When more than so many have failed nothing new is begun; null: whatever fails, the rest goes on.</summary>
    public int? MaxFailures { get; init; }

    /// <summary>Why it halted or failed.</summary>
    public string? Error { get; init; }

    /// <summary>The job that it undoes, a ULID.</summary>
    public string? Undoes { get; init; }

    /// <summary>At most 100; null in a list of jobs.</summary>
    public IReadOnlyList<FleetCommand>? Commands { get; init; }

    /// <summary>Continues the commands; null at their end.</summary>
    public string? NextCursor { get; init; }
}
