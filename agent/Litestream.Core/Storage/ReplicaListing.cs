using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>Everything a replica holds of one database.</summary>
internal static class ReplicaListing
{
    /// <summary>
    /// Lists all levels from 0 up, one after the other: content only moves up, and is published above before it is deleted below,
    /// so that what compaction moves meanwhile is seen twice or once but never missed.
    /// </summary>
    public static async Task<IReadOnlyList<LtxFile>> ReadAsync(IReplicaStorage storage, CancellationToken cancellationToken)
    {
        var files = new List<LtxFile>();
        for (var level = 0; level <= LtxFile.SnapshotLevel; level++)
        {
            await foreach (var file in storage.ListAsync(level, cancellationToken).ConfigureAwait(false))
                files.Add(file);
        }
        return files;
    }
}
