using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>
/// A file without pages behind the newest one of another writer, published before anything else is: that writer finds its next name taken, and stops. An image
/// alone would not show it anything, as that goes to another level.
/// </summary>
internal sealed class Fence(StoreContext context, OwnershipCheck ownership)
{
    /// <summary>
    /// A busy writer that is to be shut out is followed name by name, one small read each, and without looking at the whole chain again, which grows meanwhile:
    /// it also captures between two of its names, so this catches up with it soon.
    /// </summary>
    private const int MostSteps = 64;

    /// <summary>Publishes it under the next epoch; null when the other writer was quicker, and stays so.</summary>
    /// <param name="replica">What is taken over.</param>
    /// <param name="listed">What is there.</param>
    /// <param name="newest">Header of the other writer's newest file.</param>
    /// <param name="keeps">What the other writer left stays restorable for a while.</param>
    /// <param name="cancellationToken">Ends it between two tries.</param>
    /// <param name="others">Replicas that hold the same chain, as far as is known: it waits for them like any captured file, if it says what the chain adds up to.</param>
    /// <returns>The file, and what is there by now.</returns>
    public async Task<(LtxFile File, IReadOnlyList<LtxFile> Listed)?> TrySetAsync(
        DatabaseReplica replica, IReadOnlyList<LtxFile> listed, LtxHeader newest, bool keeps, CancellationToken cancellationToken, uint others = 0)
    {
        var first = newest.MaxTxid;
        Label? kept = null;
        for (var i = 0; i < (replica.IsTakenOver ? MostSteps : 1); i++)
        {
            await ownership.RequireNoneNewerAsync(replica, NodeId.Of(newest.NodeId), cancellationToken).ConfigureAwait(false);
            // The books say first what is left behind; of a try that failed they need not.
            var (database, overtaken) = (replica.Database, kept);
            kept = keeps ? new Label(newest.MaxTxid, Resync.FileReplaced, context.Time.GetUtcNow()) : null;
            database.Record(b => b with
            {
                Epoch = Math.Max(b.Epoch, NodeId.Of(newest.NodeId).Epoch + 1),
                Labels = kept is { } label ? Label.Add([.. b.Labels.Where(l => l != overtaken)], label) : b.Labels,
            });
            var header = FenceFile.Behind(newest, context.NodeOf(database), context.Time.GetUtcNow());
            Faults.Reach(FaultPoint.FenceNotPublished);
            if (await PublishAsync(replica, header, others, cancellationToken).ConfigureAwait(false) is { } taken)
            {
                newest = taken;
                continue;
            }
            var file = FenceFile.Of(header);
            if (newest.MaxTxid == first)
                return (file, [.. listed, file]);
            listed = await ReplicaListing.ReadAsync(replica.Storage, cancellationToken).ConfigureAwait(false);
            replica.ReplaceFiles(listed);
            return (file, listed);
        }
        return null;
    }

    /// <summary>Null: it is there. Otherwise the header of what the other writer published under this name meanwhile.</summary>
    private async Task<LtxHeader?> PublishAsync(DatabaseReplica replica, LtxHeader header, uint others, CancellationToken cancellationToken)
    {
        var database = replica.Database;
        var isShared = others != 0 && header.Proof is not null;
        var path = isShared
            ? context.Spool.PathOf(database.Name, 0, header.MinTxid, header.MaxTxid)
            : context.Spool.MergerPathOf(replica.Place, database.Name, 0, header.MinTxid, header.MaxTxid);
        var isStaged = false;
        try
        {
            var file = FenceFile.Of(header);
            FenceFile.Write(header, path);
            // The name may be taken by an earlier try of ours, whose answer was lost.
            if (!await replica.Storage.PublishAsync(file, path, cancellationToken).ConfigureAwait(false)
                && await ChainFile.ReadHeaderAsync(replica.Storage, file, cancellationToken).ConfigureAwait(false) is var found && found.NodeId != header.NodeId)
                return found;
            Faults.Reach(FaultPoint.PublishedNotConfirmed);
            replica.Place.Books.AddFile(database.Name, file);
            if (isShared)
                lock (database.Gate)
                    database.Staged.Add(new(file, path, header.Proof!.Value, context.Time.GetTimestamp()), others, isSafe: true);
            isStaged = isShared;
            return null;
        }
        finally
        {
            Spool.Discard(path);
            if (!isStaged)
                Spool.Delete(path);
        }
    }

    /// <summary>The other writer published while it was taken over by somebody who asked for that: it is tried again at once.</summary>
    public static CaptureException WasQuicker(DatabaseReplica replica, Txid newest) => new(DatabaseStatus.Waiting, DatabaseReason.RecentForeignWriter,
        $"{replica.Url} was written by the other writer (transaction {newest.Next}) while this agent took it over", "it tries again by itself", Backoff.First);
}
