namespace Litestream.Fleet.Api;

/// <summary>Somebody changed something, or was not let: an entry of <c>/api/audit</c>.</summary>
public sealed record AuditEntry
{
    /// <summary>A ULID.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Subject of the token, or the host id of an agent.</summary>
    public required string Actor { get; init; }

    /// <summary>A word of the API.</summary>
    public required string Action { get; init; }

    /// <summary>A tenant, a host, a job.</summary>
    public required string Target { get; init; }

    /// <summary>How it was, as compact JSON.</summary>
    public string? Before { get; init; }

    /// <summary>How it is meant to be, with what was asked for; once it is done, how it is.</summary>
    public string? After { get; init; }

    /// <summary>When it was done, UTC. Null of what was not refused: begun, and nobody noted that it came to its end.</summary>
    public DateTimeOffset? DoneAt { get; init; }

    /// <summary>One of <see cref="ProblemCodes"/> when it was refused; null: it was not.</summary>
    public string? Refused { get; init; }
}
