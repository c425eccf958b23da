using Litestream.Ltx;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// A replica that answers when another has said already where the chain stands, and capturing goes on: do the staged files continue what is there, or
/// does it need an image? Decided under the database's lock, against what is captured at that moment.
/// </summary>
internal sealed class Joining(StoreContext context, Fence fence, OwnershipCheck ownership)
{
    public async Task RunAsync(DatabaseReplica replica, IReadOnlyList<LtxFile> listed, CancellationToken cancellationToken)
    {
        var (database, newest) = (replica.Database, listed.Count == 0 ? default : listed.MaxBy(f => (f.MaxTxid, -f.Level)));
        var header = newest.MaxTxid.IsNone ? null : await ReadNewestAsync(replica, listed, newest, cancellationToken).ConfigureAwait(false);
        var isOthers = header is { } theirs && NodeId.Of(theirs.NodeId).Instance != context.Books.Instance;
        var isTaken = isOthers && replica.IsTakenOver;
        lock (database.Gate)
        {
            if (!replica.IsDamaged && !isTaken && newest.MaxTxid >= replica.Book.Published && Continues(replica, newest.MaxTxid, header?.Proof?.Post, isOthers))
            {
                replica.Record(b => b with { Published = newest.MaxTxid });
                (replica.HoldsChain, replica.Stage) = (true, ReplicaStage.Follows);
                return;
            }
            if (!isOthers)
                RequireImage(replica, newest.MaxTxid, ChainIn(replica, listed, header));
        }
        if (isOthers)
        {
            var (behind, _) = await fence.TrySetAsync(replica, listed, header!.Value, keeps: true, cancellationToken).ConfigureAwait(false) ?? throw Fence.WasQuicker(replica, newest.MaxTxid);
            RequireImage(replica, behind.MaxTxid, isTaken ? null : ChainIn(replica, listed, header));
        }
        replica.IsDamaged = false;
        // Whoever rests must be opened for it.
        database.Record(b => b with { Resting = null });
    }

    /// <summary>The capture lane stages an image for it, behind its newest transaction.</summary>
    /// <param name="chain">What the image continues there (<see cref="DatabaseReplica.Chain"/>).</param>
    public void RequireImage(DatabaseReplica replica, Txid newest, (Txid NewestL1, int PageSize)? chain = null)
    {
        lock (replica.Database.Gate)
        {
            replica.DropStaged();
            replica.Record(b => b with { Published = Txid.Max(b.Published, newest) });
            (replica.Found, replica.Chain, replica.HoldsChain, replica.Stage) = (newest, chain, false, ReplicaStage.NeedsImage);
        }
        context.Log.NeedsImage(replica.Database.Name, replica.Url);
    }

    private static (Txid NewestL1, int PageSize)? ChainIn(DatabaseReplica replica, IReadOnlyList<LtxFile> listed, LtxHeader? header) => header is { } sound && !replica.IsDamaged
        ? (listed.Where(f => f.Level == 1).Select(f => f.MaxTxid).DefaultIfEmpty().Max(), sound.PageSize)
        : null;

    /// <summary>What is captured and not there is staged, and stands on what is there. Behind another writer it takes that one's next name: no other file shuts it out.</summary>
    private static bool Continues(DatabaseReplica replica, Txid newest, ulong? sum, bool isOthers)
    {
        var database = replica.Database;
        database.Staged.Release(replica.Place.Bit, f => f.File.MaxTxid <= newest);
        return replica.PeekStaged() switch
        {
            null => !isOthers && newest == database.Book.Captured && sum == database.Book.PostSum,
            { File.IsImage: true } => !isOthers,
            // The whole database after a change of page size has no sum before it: it stands on nothing.
            { File.Level: 0 } next => next.File.MinTxid == newest.Next && sum is not null && (next.Proof.Pre is null || next.Proof.Pre == sum),
            _ => false,
        };
    }

    /// <summary>Header of the newest file; null when our chain does not hold. Throws when it is somebody else's, and not taken over.</summary>
    private async Task<LtxHeader?> ReadNewestAsync(DatabaseReplica replica, IReadOnlyList<LtxFile> listed, LtxFile newest, CancellationToken cancellationToken)
    {
        var storage = replica.Storage;
        LtxHeader header;
        try
        {
            header = (await ChainFile.OpenAsync(storage, newest, cancellationToken).ConfigureAwait(false)).Header;
            _ = ChainPlanner.Choose(listed, ChainTarget.Latest, storage.Url);
        }
        catch (LitestreamException e) when (e is not StorageException { Fault: not StorageFault.Missing } && replica.Book.Published >= newest.MaxTxid)
        {
            context.Log.ChainDamaged(replica.Database.Name, e.Message);
            return null;
        }
        var writer = NodeId.Of(header.NodeId);
        var isOurs = writer.Instance == context.Books.Instance || OwnershipCheck.IsShutOutElsewhere(replica, writer);
        if (isOurs || ownership.IsMovedHere(replica, writer, newest))
        {
            // That another replica went on says nothing of this one, where the original may be writing.
            if (!isOurs && !replica.IsTakenOver)
                await ownership.RequireGrantAsync(replica, writer, newest, cancellationToken).ConfigureAwait(false);
            replica.Database.Record(b => b with { Epoch = Math.Max(b.Epoch, writer.Epoch) });
            return header;
        }
        if (replica.IsTakenOver || await ownership.WasTakenOverAsync(replica, writer, cancellationToken).ConfigureAwait(false))
            return header;
        // Not for a minute only, as for somebody who may go on there then: the database's chain is another one by now.
        throw ForeignChain.OfAnother(replica, newest);
    }
}
