using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>What the books know of one database in one replica.</summary>
/// <param name="Published">Newest transaction known to be there.</param>
/// <param name="LastSyncAt">When something was last published, UTC.</param>
/// <param name="DueAt">When something falls due although nobody writes (deletions, the snapshot behind the last commits), UTC; null: it costs nothing.</param>
/// <param name="Day">Of a replica with days: the one in use, to which it publishes; null before the first look.</param>
internal readonly record struct ReplicaEntry(Txid Published, DateTimeOffset? LastSyncAt, DateTimeOffset? DueAt, DateOnly? Day)
{
    /// <summary>Newest full image there, UTC; null when none is known. Found among its files when the books are read.</summary>
    public DateTimeOffset? LastSnapshotAt { get; init; }

    /// <summary>A file is there now.</summary>
    public ReplicaEntry With(LtxFile file) => file.IsImage && (LastSnapshotAt is not { } last || last < file.CreatedAt) ? this with { LastSnapshotAt = file.CreatedAt } : this;
}
