using Litestream.Contract.Access;
using Litestream.Fleet.Table;

namespace Litestream.Contract.Changes;

/// <summary>A change that somebody asked for, under a key of theirs: asked for twice, it happens once.</summary>
/// <param name="Actor">Who.</param>
/// <param name="Action">Method and path.</param>
/// <param name="IdempotencyKey">As they sent it.</param>
/// <param name="BodyHash">SHA-256 of the body, hexadecimal.</param>
internal sealed record Change(string Actor, string Action, string IdempotencyKey, string BodyHash)
{
    /// <summary>The job or command that it becomes. Everything that is written for it derives its key from this: a second try meets what the first one wrote.</summary>
    public required Ulid Target { get; init; }

    /// <summary>When it was first asked for.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Asked for before: whatever is there of it was this very change.</summary>
    public required bool IsRepeated { get; init; }
}
