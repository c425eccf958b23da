using Litestream.Restore;

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

    /// <summary>Of a restore in place: exactly this transaction; its <see cref="Timeout"/> is how long a writer is waited for.</summary>
    public ulong? Txid { get; init; }

    /// <summary>Of a restore in place: the newest state before.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Of a restore in place: back to the state before the last one.</summary>
    public bool Undo { get; init; }

    /// <summary>Of a restore in place: <c>wait</c> (unless said) or <c>fail</c>.</summary>
    public string? IfBusy { get; init; }

    /// <summary>Of a restore in place or a drill: <c>none</c>, <c>quick</c> or <c>full</c>.</summary>
    public string? Check { get; init; }

    public IntegrityCheck IntegrityCheck(IntegrityCheck unlessSaid) => Check switch
    {
        null => unlessSaid,
        "none" => Restore.IntegrityCheck.None,
        "quick" => Restore.IntegrityCheck.Quick,
        "full" => Restore.IntegrityCheck.Full,
        _ => throw ControlException.BadRequest("invalid check", "none, quick or full"),
    };
}
