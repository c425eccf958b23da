using Litestream.Ltx;

namespace Litestream.Storage;

/// <summary>Where a database whose file is missing is restored from: of several replicas the one that goes furthest.</summary>
internal static class FurthestReplica
{
    /// <summary>
    /// Null when there is no backup in any of them. One that does not answer is what the others are for; when none of these has one its error is thrown: an
    /// application that starts with an empty database would be taken for the newest state.
    /// </summary>
    /// <param name="roots">Where to look.</param>
    /// <param name="name">Of the database.</param>
    /// <param name="isAway">Told of each that does not answer, when another one has a backup.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReplicaStorage?> FindAsync(
        IReadOnlyList<ReplicaRoot> roots, string name, Action<ReplicaRoot, StorageException> isAway, CancellationToken cancellationToken)
    {
        var (newest, best) = (default(Txid), default(IReplicaStorage));
        var away = new List<(ReplicaRoot Root, StorageException Error)>();
        foreach (var root in roots)
        {
            try
            {
                var day = await root.FindNewestDayAsync(name, after: null, before: null, cancellationToken).ConfigureAwait(false);
                var storage = root.Open(day is null ? root.PathOf(name) : root.PathOn(day.Value, name));
                await foreach (var file in storage.ListAsync(cancellationToken).ConfigureAwait(false))
                    (newest, best) = file.MaxTxid > newest ? (file.MaxTxid, storage) : (newest, best);
            }
            catch (StorageException error)
            {
                away.Add((root, error));
            }
        }
        if (best is null && away.Count > 0)
            throw away[0].Error;
        foreach (var (root, error) in away)
            isAway(root, error);
        return best;
    }
}
