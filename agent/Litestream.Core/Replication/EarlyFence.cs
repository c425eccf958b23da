using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>
/// A fence for a database of which this host has no file yet. Behind it nothing of the former writer can come, so that what is restored then is everything that it ever
/// published, and no application meets a state that is older than that.
/// </summary>
internal sealed class EarlyFence(StoreContext context)
{
    /// <summary>A writer that is busy all the time is followed name by name.</summary>
    private const int MostSteps = 64;

    /// <summary>
    /// Publishes it, unless an earlier try did; answers the transaction that it is. Throws <see cref="LitestreamException"/>, also when the former writer was quicker all the time.
    /// </summary>
    /// <param name="name">Of the database.</param>
    /// <param name="storage">Its replica that goes furthest.</param>
    /// <param name="epoch">That was given out for it.</param>
    /// <param name="requireGiven">Throws when somebody else has a newer one: asked before a chain is shut that bears as high a one.</param>
    /// <param name="cancellationToken">Ends it between two requests.</param>
    public async Task<Txid> SetAsync(string name, IReplicaStorage storage, uint epoch, Func<Task> requireGiven, CancellationToken cancellationToken)
    {
        var listed = await ReplicaListing.ReadAsync(storage, cancellationToken).ConfigureAwait(false);
        if (listed.Count == 0)
            throw new StorageException($"{storage.Url} holds nothing of {name}", StorageFault.Missing);
        var newest = (await ChainFile.OpenAsync(storage, listed.MaxBy(f => (f.MaxTxid, -f.Level)), cancellationToken).ConfigureAwait(false)).Header;
        for (var i = 0; i < MostSteps; i++)
        {
            var writer = NodeId.Of(newest.NodeId);
            if (writer.Instance == context.Books.Instance && writer.Epoch >= epoch)
                return newest.MaxTxid;
            if (writer.Epoch >= epoch)
                await requireGiven().ConfigureAwait(false);
            var header = FenceFile.Behind(newest, new(context.Books.Instance, Math.Max(epoch, writer.Epoch + 1)), context.Time.GetUtcNow());
            Faults.Reach(FaultPoint.FenceNotPublished);
            if (await PublishAsync(name, storage, header, cancellationToken).ConfigureAwait(false) is not { } taken)
                return header.MaxTxid;
            newest = taken;
        }
        throw new LitestreamException($"{storage.Url} was written by the former owner again and again while it was taken over (transaction {newest.MaxTxid})", hint: "stop that one, and ask again");
    }

    /// <summary>Null: it is there. Otherwise the header of what the former writer published under this name meanwhile.</summary>
    private async Task<LtxHeader?> PublishAsync(string name, IReplicaStorage storage, LtxHeader header, CancellationToken cancellationToken)
    {
        var file = FenceFile.Of(header);
        var path = context.Spool.MergerPathOf(context.Places[0], name, file.Level, file.MinTxid, file.MaxTxid);
        try
        {
            FenceFile.Write(header, path);
            // The name may be taken by an earlier try of ours, whose answer was lost.
            if (await storage.PublishAsync(file, path, cancellationToken).ConfigureAwait(false))
                return null;
            return await ChainFile.ReadHeaderAsync(storage, file, cancellationToken).ConfigureAwait(false) is var found && found.NodeId != header.NodeId ? found : null;
        }
        finally
        {
            Spool.Discard(path);
            Spool.Delete(path);
        }
    }
}
