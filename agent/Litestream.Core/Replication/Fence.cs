using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>
/// A file without pages behind the newest one of another writer, published before anything else is: that writer finds its next name taken, and stops. An image
/// alone would not show it anything, as that goes to another level.
/// </summary>
internal sealed class Fence(StoreContext context, OwnershipCheck ownership)
{
    /// <summary>Publishes it under the next epoch and answers it; null when the other writer was quicker: look again.</summary>
    /// <param name="newest">Header of the other writer's newest file.</param>
    /// <param name="keeps">What the other writer left stays restorable for a while.</param>
    /// <param name="others">Replicas that hold the same chain, as far as is known: it waits for them like any captured file, if it says what the chain adds up to.</param>
    public async Task<LtxFile?> TrySetAsync(DatabaseReplica replica, LtxHeader newest, bool keeps, CancellationToken cancellationToken, uint others = 0)
    {
        await ownership.RequireNoneNewerAsync(replica, NodeId.Of(newest.NodeId), cancellationToken).ConfigureAwait(false);
        var (database, label) = (replica.Database, new Label(newest.MaxTxid, Resync.FileReplaced, context.Time.GetUtcNow()));
        database.Record(b => b with { Epoch = Math.Max(b.Epoch, NodeId.Of(newest.NodeId).Epoch + 1), Labels = keeps ? Label.Add(b.Labels, label) : b.Labels });
        Faults.Reach(FaultPoint.FenceNotPublished);
        var header = new LtxHeader
        {
            PageSize = newest.PageSize,
            Commit = newest.Commit,
            MinTxid = newest.MaxTxid.Next,
            MaxTxid = newest.MaxTxid.Next,
            TimestampMs = Math.Max(context.Time.GetUtcNow().ToUnixTimeMilliseconds(), newest.TimestampMs + 1),
            NodeId = context.NodeOf(database).Value,
            Proof = newest.Proof is { Post: var sum } ? new(sum, sum) : null,
        };
        var isShared = others != 0 && header.Proof is not null;
        var path = isShared
            ? context.Spool.PathOf(database.Name, 0, header.MinTxid, header.MaxTxid)
            : context.Spool.MergerPathOf(replica.Place, database.Name, 0, header.MinTxid, header.MaxTxid);
        var isStaged = false;
        try
        {
            var file = new LtxFile(0, header.MinTxid, header.MaxTxid, Write(header, path), header.Timestamp);
            if (!await replica.Storage.PublishAsync(file, path, cancellationToken).ConfigureAwait(false) && !await IsOursAsync(replica.Storage, file, header.NodeId, cancellationToken).ConfigureAwait(false))
                return null;
            Faults.Reach(FaultPoint.PublishedNotConfirmed);
            replica.Place.Books.AddFile(database.Name, file);
            if (isShared)
                lock (database.Gate)
                    database.Staged.Add(new(file, path, header.Proof!.Value, context.Time.GetTimestamp()), others, isSafe: true);
            isStaged = isShared;
            return file;
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

    /// <summary>The name is taken, and may be by an earlier try whose answer was lost.</summary>
    private static async Task<bool> IsOursAsync(IReplicaStorage storage, LtxFile file, ulong nodeId, CancellationToken cancellationToken) =>
        (await ChainFile.OpenAsync(storage, file, cancellationToken).ConfigureAwait(false)).Header.NodeId == nodeId;

    private static long Write(LtxHeader header, string path)
    {
        using var stream = Spool.Create(path);
        using var encoder = new LtxEncoder(stream, header);
        var length = encoder.Finish();
        stream.Flush();
        Spool.Complete(path);
        return length;
    }
}
