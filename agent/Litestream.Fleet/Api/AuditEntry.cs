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

    /// <summary>How it is now.</summary>
    public string? After { get; init; }

    /// <summary>One of <see cref="ProblemCodes"/> when it was refused; null: it was done.</summary>
    public string? Refused { get; init; }
}
