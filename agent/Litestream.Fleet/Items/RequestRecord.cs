using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary>A change was asked for under an idempotency key: asked for again, it has happened already.</summary>
public sealed record RequestRecord
{
    /// <summary>Who asked.</summary>
    public required string Actor { get; init; }

    /// <summary>As they sent it; the item knows only a digest of it.</summary>
    public required string IdempotencyKey { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Method and path.</summary>
    public required string Action { get; init; }

    /// <summary>SHA-256 of the body, hexadecimal: another body under the same key is a mistake of the caller's.</summary>
    public required string BodyHash { get; init; }

    /// <summary>The job or command that it became. Chosen before anything is written, so that a second try completes what the first began.</summary>
    public required Ulid Target { get; init; }

    public ItemKey Key => FleetKeys.Request(Actor, IdempotencyKey);
}
