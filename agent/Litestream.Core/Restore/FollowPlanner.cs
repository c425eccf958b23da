using Litestream.Ltx;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Restore;

/// <summary>
/// Finds what leads on from where a read replica stands: level 0 as a rule, other levels where it does not connect any more, an image where nothing
/// else does, or where the files turn out to be those of another replica in the place of ours.
/// </summary>
internal sealed class FollowPlanner(IReplicaStorage storage, string outputPath, int parallelism, ILogger logger)
{
    // What the last file applied left, as it says itself; null when not known.
    private ulong? _postSum;

    // The level 0 file that ends at our position, as it was listed last: the same transaction in another file is another database's.
    private LtxFile? _here;
    private bool _isAnother;
    private bool _saidGap;

    /// <summary>The read replica was restored just now.</summary>
    public void Restored(RestoreResult result) => _postSum = result.PostSum;

    /// <summary>The read replica stands at the end of these files now.</summary>
    public void Applied(ChainReader chain)
    {
        _postSum = chain.Newest.Proof?.Post;
        _here = chain.Files[^1].File is { Level: 0 } file ? file : null;
        _isAnother = false;
    }

    /// <summary>The files to apply next, opened; null when there is nothing new.</summary>
    /// <param name="position">Where the read replica stands.</param>
    /// <param name="pageCount">Its size in pages.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ChainReader?> NextAsync(Txid position, uint pageCount, CancellationToken cancellationToken)
    {
        var captured = new List<LtxFile>();
        await foreach (var file in storage.ListAsync(0, cancellationToken).ConfigureAwait(false))
            captured.Add(file);
        if (IsAnotherReplica(captured, position))
            return await AnewAsync(position, cancellationToken).ConfigureAwait(false);

        var newest = captured.Count == 0 ? Txid.None : captured[^1].MaxTxid;
        var chain = ChainPlanner.LongestReach(captured.Where(f => f.MaxTxid > position), position);
        if (newest != position && (chain.Count == 0 || chain[^1].MaxTxid != newest))
        {
            var listed = await ReplicaListing.ReadAsync(storage, cancellationToken).ConfigureAwait(false);
            if (listed.Count > 0 && listed.Max(f => f.MaxTxid) < position)
                return await AnewAsync(position, cancellationToken).ConfigureAwait(false); // the newest file of a replica is never deleted
            chain = Bridge(listed, position);
        }
        if (chain.Count == 0)
            return null;
        // A merger that begins before our position is absolute, too: its pages are the newest of all it covers.
        var reader = await OpenAsync(chain, chain[0].IsImage ? 0 : pageCount, cancellationToken).ConfigureAwait(false);
        return reader is null || (!chain[0].IsImage && !Continues(reader.Files, position, _postSum))
            ? await AnewAsync(position, cancellationToken).ConfigureAwait(false)
            : reader;
    }

    private bool IsAnotherReplica(List<LtxFile> captured, Txid position)
    {
        var here = captured.Find(f => f.MaxTxid == position);
        if (here.MaxTxid.IsNone)
            return _isAnother;
        var isAnother = _isAnother || (_here is { } known && known != here);
        _here = here;
        return isAnother;
    }

    private List<LtxFile> Bridge(IReadOnlyList<LtxFile> listed, Txid position)
    {
        if (listed.Count == 0)
        {
            SayGap(position, Txid.None, isGap: true);
            return [];
        }
        var newest = listed.Max(f => f.MaxTxid);
        var chain = ChainPlanner.LongestReach(listed.Where(f => !f.IsImage), position);
        if (ChainPlanner.EndOf(chain) != newest)
            chain = ChainPlanner.LongestReach(listed, position);
        var reached = Txid.Max(position, ChainPlanner.EndOf(chain));
        SayGap(reached, newest, isGap: reached < newest);
        return chain;
    }

    private void SayGap(Txid reached, Txid newest, bool isGap)
    {
        if (isGap && !_saidGap && newest.IsNone)
            logger.FollowEmpty(outputPath, storage.Url);
        else if (isGap && !_saidGap)
            logger.FollowGap(outputPath, reached, newest);
        _saidGap = isGap;
    }

    /// <summary>Null when these files do not make a database out of what is here.</summary>
    private async Task<ChainReader?> OpenAsync(List<LtxFile> chain, uint pagesBefore, CancellationToken cancellationToken)
    {
        try
        {
            return await ChainReader.OpenAsync(storage, chain, pagesBefore, parallelism, cancellationToken).ConfigureAwait(false);
        }
        catch (LitestreamException e) when (pagesBefore > 0 && e is not (StorageException or DamagedFileException))
        {
            return null;
        }
    }

    /// <summary>
    /// Whether each file begins where the one before ends, as far as that can be told: else somebody began a new replica in the place of ours. A file without
    /// sums behind one that has them may be genuine Litestream's that took over, or another database's: it is not believed either.
    /// </summary>
    /// <param name="files">In the order in which they apply.</param>
    /// <param name="position">Where the database stands.</param>
    /// <param name="sum">What its pages add up to there; null when not known.</param>
    public static bool Continues(IReadOnlyList<ChainFile> files, Txid position, ulong? sum)
    {
        var (reached, post) = (position, sum);
        foreach (var file in files)
        {
            if (file.File.MinTxid == reached.Next && post is { } left && file.Header.Proof?.Pre != left)
                return false;
            (reached, post) = (file.File.MaxTxid, file.Header.Proof?.Post);
        }
        return true;
    }

    /// <summary>One that is being put in place, or taken away, may have no whole chain yet: that is worth waiting for.</summary>
    private IReadOnlyList<LtxFile> Whole(IReadOnlyList<LtxFile> listed)
    {
        try
        {
            return ChainPlanner.Choose(listed, ChainTarget.Latest, storage.Url);
        }
        catch (LitestreamException e) when (e is not StorageException)
        {
            throw new StorageException(e.Message, StorageFault.Missing, e, e.Hint);
        }
    }

    /// <summary>
    /// The newest state of the replica that is there now, from its image on. Null while that has our number by chance: readers tell states apart by it
    /// (<see cref="Sqlite.ReadReplicaHeader"/>) and would mix both.
    /// </summary>
    private async Task<ChainReader?> AnewAsync(Txid position, CancellationToken cancellationToken)
    {
        if (!_isAnother)
            logger.FollowAnew(outputPath, position);
        _isAnother = true;
        var listed = await ReplicaListing.ReadAsync(storage, cancellationToken).ConfigureAwait(false);
        var chain = Whole(listed);
        if (chain[^1].MaxTxid == position)
            return null;
        if (chain[^1].MaxTxid < position)
            new FollowPosition(outputPath).Write(chain[^1].MaxTxid); // the database's own number will be lower than what is noted
        return await ChainReader.OpenAsync(storage, chain, parallelism, cancellationToken).ConfigureAwait(false);
    }
}
