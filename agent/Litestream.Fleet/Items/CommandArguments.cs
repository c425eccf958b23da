using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary>What a command is told; each kind looks at its own.</summary>
public sealed record CommandArguments
{
    /// <summary>restore, drill: this transaction, 16 hexadecimal digits; with neither this nor <see cref="Timestamp"/> the newest.</summary>
    public string? Txid { get; init; }

    /// <summary>restore, drill: the state at this time.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>
    /// restore: an absolute path under a watched or restore directory; null: in place, and of a tenant that is deleted there to where it was. adopt: a watched directory, or the
    /// path of the file in one; null: the first one that takes tenants.
    /// </summary>
    public string? TargetPath { get; init; }

    /// <summary>restore: as a new tenant of this GUID.</summary>
    public Guid? NewTenant { get; init; }

    /// <summary>restore, verify, drill: this replica, a complete URL; null: the tenant's own on this host, or whichever of this host's has it.</summary>
    public string? Replica { get; init; }

    /// <summary>restore in place: one of <see cref="IfBusyWords"/>; null: <see cref="IfBusyWords.Fail"/>.</summary>
    public string? IfBusy { get; init; }

    /// <summary>restore in place, an undo: the command whose restore it takes back. Refused when that is not the last one of the tenant any more.</summary>
    public Ulid? Undoes { get; init; }

    /// <summary>take-over, adopt, from an owner that is not lost: one of <see cref="IfAliveWords"/>; null: <see cref="IfAliveWords.Fail"/>.</summary>
    public string? IfAlive { get; init; }

    /// <summary>take-over, adopt, release: the epoch that the tenant had when it was asked for; another one by now refuses the command. An adopt has one.</summary>
    public long? Epoch { get; init; }

    /// <summary>release: the host that it moves to. Its applications are kept from the file from the last sync on, so that nothing is committed behind that; null: they go on, unreplicated.</summary>
    public string? PauseFor { get; init; }

    /// <summary>adopt: the host that has it, and lives: it moves from there, without losing a commit; null: its owner is gone, or has released it.</summary>
    public string? From { get; init; }
}
