using Litestream.Ltx;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// Step "publish": makes staged files visible in the replica, strictly one after the other, create-only. The next one never goes out before the one
/// before is confirmed: if that name turns out to be somebody else's, everything behind it would stand on foreign ground. Never beyond a hole.
/// </summary>
internal sealed class Publishing(StoreContext context, Compaction compaction)
{
    public async Task PublishAsync(DatabaseReplica replica, StagedFile staged, CancellationToken cancellationToken)
    {
        var storage = replica.Storage;
        if (staged.File.MinTxid > replica.Book.Published.Next)
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.ReplicaDamaged, $"{replica.Url} ends at transaction {replica.Book.Published}, and what waits for it begins at {staged.File.MinTxid}");
        await LookIfFenceMayHaveExpiredAsync(replica, cancellationToken).ConfigureAwait(false);
        // L1 files touch each other: what lies between the last one and this goes first.
        if (staged.File is { Level: 1, MinTxid.Value: > 1 })
            await compaction.MergeLevel1Async(replica, staged.File.MinTxid.Previous, cancellationToken).ConfigureAwait(false);
        var isNew = await storage.PublishAsync(staged.File, staged.Path, cancellationToken).ConfigureAwait(false);
        if (!isNew && !await IsOursAsync(storage, staged, cancellationToken).ConfigureAwait(false))
            throw ForeignChain.WrittenBehind(replica, $"transaction {staged.File.MaxTxid} was published by somebody else");
        await TakeBackIfOvertakenAsync(replica, staged, isNew, cancellationToken).ConfigureAwait(false);
        Faults.Reach(FaultPoint.PublishedNotConfirmed);
        replica.ConfirmedAt = context.Now;
        var isFree = replica.Confirm(staged, context.Time.GetUtcNow());
        replica.FilePublished?.Invoke(staged.File);
        Faults.Reach(FaultPoint.ConfirmedNotDeleted);
        if (isFree && staged.File is { Level: 0 })
            replica.Place.Copies.Keep(replica.Database.Name, staged.File, staged.Path);
        if (isFree)
            Spool.Delete(staged.Path);
        context.Log.Published(replica.Database.Name, staged.File.Level, staged.File.MinTxid.ToString(), staged.File.MaxTxid.ToString(), staged.File.SizeBytes);
    }

    /// <summary>
    /// Create-only names fence only while they exist: retention frees them. Who slept for long must look whether somebody went on meanwhile; so must who was
    /// not heard of for longer than others wait, and again after as long.
    /// </summary>
    public async Task LookIfFenceMayHaveExpiredAsync(DatabaseReplica replica, CancellationToken cancellationToken)
    {
        ForeignChain.RefuseLost(replica.Database);
        var storage = replica.Storage;
        var mayBeLost = context.Options.Lease is { } lease && lease.IsPast() && context.Since(replica.LookedAt) >= lease.Length;
        if (!mayBeLost && context.Since(replica.ConfirmedAt) < replica.Place.Points.L0Retention / 2)
            return;
        for (var level = 0; level <= 1; level++)
        {
            await foreach (var file in storage.ListAsync(level, cancellationToken).ConfigureAwait(false))
            {
                if (file.MaxTxid > replica.Book.Published && !(replica.PeekStaged()?.File is { } next && (file.Level, file.MinTxid, file.MaxTxid) == (next.Level, next.MinTxid, next.MaxTxid)))
                    throw ForeignChain.WrittenBehind(replica, $"it reaches transaction {file.MaxTxid}, this agent only published {replica.Book.Published}");
            }
        }
        replica.ConfirmedAt = replica.LookedAt = context.Now;
    }

    /// <summary>Asleep with the file on its way, or tried again for long: by now its name may have been free because somebody else went on. Then it goes again.</summary>
    private async Task TakeBackIfOvertakenAsync(DatabaseReplica replica, StagedFile staged, bool isNew, CancellationToken cancellationToken)
    {
        try
        {
            await LookIfFenceMayHaveExpiredAsync(replica, cancellationToken).ConfigureAwait(false);
        }
        catch (CaptureException) when (isNew)
        {
            await replica.Storage.DeleteAsync([staged.File], cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The name is taken: by an earlier try of ours (same bytes, or our mark and equal pages), or by another writer.</summary>
    private static async Task<bool> IsOursAsync(IReplicaStorage storage, StagedFile staged, CancellationToken cancellationToken)
    {
        await using var there = await storage.OpenAsync(staged.File, cancellationToken).ConfigureAwait(false);
        await using var here = File.OpenRead(staged.Path);
        try
        {
            using var theirs = new LtxDecoder(there, storage.Url + "/" + staged.File.Name);
            using var ours = new LtxDecoder(here, staged.Path);
            return theirs.Header.NodeId == ours.Header.NodeId
                && theirs.Header.PageSize == ours.Header.PageSize
                && theirs.Header.Commit == ours.Header.Commit
                && HaveEqualPages(theirs, ours);
        }
        catch (LtxFormatException)
        {
            return false;
        }
    }

    private static bool HaveEqualPages(LtxDecoder theirs, LtxDecoder ours)
    {
        var (left, right) = (new byte[theirs.Header.PageSize], new byte[theirs.Header.PageSize]);
        while (true)
        {
            var (hasLeft, hasRight) = (theirs.ReadPage(left, out var leftPgno), ours.ReadPage(right, out var rightPgno));
            if (!hasLeft || !hasRight)
                return hasLeft == hasRight;
            if (leftPgno != rightPgno || !left.AsSpan().SequenceEqual(right))
                return false;
        }
    }
}
