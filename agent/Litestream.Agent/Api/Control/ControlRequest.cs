namespace Litestream.Agent.Api.Control;

/// <summary>The body of every POST of the control socket; each address reads what it needs.</summary>
internal sealed record ControlRequest
{
    public const int UsualSeconds = 30;
    public const int MostSeconds = 86_400;

    /// <summary>Absolute path of a database; also its name or GUID.</summary>
    public string? Path { get; init; }

    /// <summary>In seconds; <see cref="UsualSeconds"/> unless given.</summary>
    public int? Timeout { get; init; }

    /// <summary>Of a sync: answer when it is in the replica.</summary>
    public bool Wait { get; init; }

    /// <summary>Of a registration.</summary>
    public string? ReplicaUrl { get; init; }

    /// <summary>Of a start: end split-brain or lost on purpose.</summary>
    public bool TakeOver { get; init; }
}
