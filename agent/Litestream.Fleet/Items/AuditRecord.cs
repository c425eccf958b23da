using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary>Somebody changed something, or was not let. Of a change appended before it happens, so that nothing happens without; then only its end is added.</summary>
public sealed record AuditRecord
{
    public required Ulid Id { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Who: subject of the token, or the host id of an agent.</summary>
    public required string Actor { get; init; }

    /// <summary>What: a word of the API.</summary>
    public required string Action { get; init; }

    /// <summary>To what: a tenant, a host, a job.</summary>
    public required string Target { get; init; }

    /// <summary>How it was, as compact JSON; at most 2,000 characters.</summary>
    public string? Before { get; init; }

    /// <summary>How it is meant to be, with what was asked for; once it is done, how it is.</summary>
    public string? After { get; init; }

    /// <summary>When it was done. Null of what was not refused: begun, and nobody noted that it came to its end.</summary>
    public DateTimeOffset? DoneAt { get; init; }

    /// <summary>What came of it: empty when it was done, else the code of the problem.</summary>
    public string? Refused { get; init; }

    public ItemKey Key => FleetKeys.Audit(At, Id);
}
