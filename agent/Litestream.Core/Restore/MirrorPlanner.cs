using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Restore;

/// <summary>
/// Which files lead a mirror on: those that it was told of, without a listing, as long as they connect; else what the listing shows; else, where
/// nothing shows how the file came to be what it is, the whole newest state, of which only what differs will be written.
/// </summary>
internal sealed class MirrorPlanner(IReplicaStorage history)
{
    /// <summary>Files that are told and not applied yet; beyond that a listing is no more work.</summary>
    private const int MostTold = 100;

    /// <summary>Beside the replication of everything else, from a folder.</summary>
    private const int Parallelism = 2;

    private readonly Lock _gate = new();
    private readonly List<LtxFile> _told = [];

    // The end of the history; null until it was listed.
    private Txid? _newest;

    /// <summary>A file that was published just now.</summary>
    public void Tell(LtxFile file)
    {
        lock (_gate)
        {
            if (_newest is not { } newest)
                return;
            _newest = Txid.Max(newest, file.MaxTxid);
            if (_told.Count < MostTold)
                _told.Add(file);
        }
    }

    /// <summary>A file was gone that should have been there: what was told is not to be relied on.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _told.Clear();
            _newest = null;
        }
    }

    /// <summary>The files to apply, opened; null when there is nothing new, or nothing at all.</summary>
    /// <param name="at">Where the mirror stands; null when that is not known.</param>
    /// <param name="pageCount">Its size in pages.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ChainReader?> NextAsync(MirrorPosition? at, uint pageCount, CancellationToken cancellationToken)
    {
        if (at is not { } position)
            return await WholeAsync(await ListAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        var told = Told(position.Txid);
        if (told is { Count: 0 })
            return null;
        if (told is not null && await TryOpenAsync(told, position, pageCount, cancellationToken).ConfigureAwait(false) is { } next)
            return next;

        var listed = await ListAsync(cancellationToken).ConfigureAwait(false);
        var newest = listed.Count == 0 ? position.Txid : listed.Max(f => f.MaxTxid);
        if (newest == position.Txid)
            return null;
        var chain = ChainPlanner.LongestReach(listed.Where(f => !f.IsImage), position.Txid);
        if (ChainPlanner.EndOf(chain) != newest)
            chain = ChainPlanner.LongestReach(listed, position.Txid);
        return (ChainPlanner.EndOf(chain) == newest ? await TryOpenAsync(chain, position, pageCount, cancellationToken).ConfigureAwait(false) : null)
            ?? await WholeAsync(listed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What was told and leads on from here, to its end; empty when there is nothing new; null when only a listing tells.</summary>
    private List<LtxFile>? Told(Txid position)
    {
        lock (_gate)
        {
            _told.RemoveAll(f => f.MaxTxid <= position);
            if (position == _newest)
                return [];
            var chain = ChainPlanner.LongestReach(_told, position);
            return chain.Count > 0 && ChainPlanner.EndOf(chain) == _newest ? chain : null;
        }
    }

    private async Task<IReadOnlyList<LtxFile>> ListAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _told.Clear();
            _newest = Txid.None; // whatever is published from here on is told
        }
        try
        {
            var listed = await ReplicaListing.ReadAsync(history, cancellationToken).ConfigureAwait(false);
            lock (_gate)
                _newest = listed.Aggregate(_newest ?? Txid.None, (newest, file) => Txid.Max(newest, file.MaxTxid));
            return listed;
        }
        catch
        {
            Forget();
            throw;
        }
    }

    /// <summary>Null when these files do not continue what is here.</summary>
    private async Task<ChainReader?> TryOpenAsync(List<LtxFile> chain, MirrorPosition at, uint pageCount, CancellationToken cancellationToken)
    {
        if (chain[0].IsImage)
            return await ChainReader.OpenAsync(history, chain, Parallelism, cancellationToken).ConfigureAwait(false);
        try
        {
            var reader = await ChainReader.OpenAsync(history, chain, pageCount, Parallelism, cancellationToken).ConfigureAwait(false);
            return FollowPlanner.Continues(reader.Files, at.Txid, at.Sum) ? reader : null;
        }
        catch (LitestreamException e) when (e is not (StorageException or DamagedFileException))
        {
            return null; // pages are missing: they belong to another database than this one
        }
    }

    private async Task<ChainReader?> WholeAsync(IReadOnlyList<LtxFile> listed, CancellationToken cancellationToken) => listed.Count == 0
        ? null
        : await ChainReader.OpenAsync(history, ChainPlanner.Choose(listed, ChainTarget.Latest, history.Url), Parallelism, cancellationToken).ConfigureAwait(false);
}
