using Litestream.Ltx;
using Litestream.Sqlite;

namespace Litestream.Replication;

/// <summary>What the books know of one database.</summary>
internal sealed record BookEntry
{
    public required string Name { get; init; }

    public required string Path { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Nothing of it is captured, whoever wanted that.</summary>
    public bool IsPaused => IsPausedByUser || IsReleased;

    public bool IsPausedByUser { get; init; }

    /// <summary>This host gave it up: only taking it over ends that.</summary>
    public bool IsReleased { get; init; }

    /// <summary>Inode of the file that we switched to WAL: a file that leaves WAL again is reported, not switched twice. 0: none.</summary>
    public ulong SwitchedInode { get; init; }

    /// <summary>The epoch under which this agent owns the chain; 0 before the first file.</summary>
    public uint Epoch { get; init; }

    /// <summary>Whose chain was taken over under that epoch (<see cref="NodeId.Writer"/>), until every replica was looked at: another may hold it, too. 0 for none.</summary>
    public uint FormerWriter { get; init; }

    /// <summary>Newest captured transaction, and the WAL position and sum that belong to it.</summary>
    public Txid Captured { get; init; }

    public ulong PostSum { get; init; }

    public int PageSize { get; init; }

    public uint PageCount { get; init; }

    /// <summary>Null when a resync must find out what changed.</summary>
    public WalPosition? Position { get; init; }

    /// <summary>How the files looked when the database was closed with everything captured; null when that cannot be trusted.</summary>
    public RestingFiles? Resting { get; init; }

    public DateTimeOffset? LastProofAt { get; init; }

    /// <summary>Transactions that stay restorable, oldest first.</summary>
    public IReadOnlyList<Label> Labels { get; init; } = [];
}
