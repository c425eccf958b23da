using Litestream.Ltx;

namespace Litestream.Replication;

/// <summary>
/// A file without pages behind the newest one of another writer, in one replica of several: that writer finds its next name taken, and stops. An image
/// alone would not show it anything, as that goes to another level.
/// </summary>
internal sealed class Fence(StoreContext context)
{
    /// <summary>Publishes it and answers its transaction; what the other writer left stays restorable. Throws when that one was quicker: look again.</summary>
    public async Task<Txid> SetAsync(DatabaseReplica replica, LtxHeader newest, CancellationToken cancellationToken)
    {
        var (database, label) = (replica.Database, new Label(newest.MaxTxid, Resync.FileReplaced, context.Time.GetUtcNow()));
        database.Record(b => b with { Epoch = Math.Max(b.Epoch, NodeId.Of(newest.NodeId).Epoch + 1), Labels = Label.Add(b.Labels, label) });
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
        var path = context.Spool.MergerPathOf(replica.Place, database.Name, 0, header.MinTxid, header.MaxTxid);
        try
        {
            var file = new LtxFile(0, header.MinTxid, header.MaxTxid, Write(header, path), header.Timestamp);
            if (!await replica.Storage.PublishAsync(file, path, cancellationToken).ConfigureAwait(false))
                throw new CaptureException(DatabaseStatus.Waiting, DatabaseReason.RecentForeignWriter,
                    $"{replica.Url} was written by the other writer (transaction {file.MaxTxid}) while this agent took it over", "it tries again by itself", Backoff.First);
            Faults.Reach(FaultPoint.PublishedNotConfirmed);
            replica.Place.Books.AddFile(database.Name, file);
            return file.MaxTxid;
        }
        finally
        {
            Spool.Discard(path);
            Spool.Delete(path);
        }
    }

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
