using Litestream.Ltx;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// Once after each start, before the first capture: where does the chain of a database stand? Compares the books with the replica, takes up staged
/// files that an earlier run left, takes the chain over from another writer, and builds the page table if it is lost.
/// </summary>
internal sealed class Discovery(StoreContext context, Staging staging)
{
    /// <summary>A foreign file younger than this means that somebody is writing.</summary>
    private static readonly TimeSpan RecentlyWritten = TimeSpan.FromMinutes(1);

    private const int Parallelism = 4;

    public async Task RunAsync(ReplicatedDatabase database, CancellationToken cancellationToken)
    {
        var storage = context.StorageOf(database);
        var listed = await ReplicaListing.ReadAsync(storage, cancellationToken).ConfigureAwait(false);
        context.Books.ReplaceFiles(database.Name, listed);
        Faults.Reach(FaultPoint.Listed);
        database.ConfirmedAt = context.Now;
        database.DropStaged();
        context.Copies.DropAll(database.Name);
        var newest = listed.Count == 0 ? default : listed.MaxBy(f => (f.MaxTxid, f.Level));
        database.NewestTimestampMs = listed.Count == 0 ? 0 : listed.Max(f => f.CreatedAt.ToUnixTimeMilliseconds());
        database.CompactionAt = 0;
        database.Chain = newest.MaxTxid.IsNone || newest.MaxTxid < database.Book.Published || database.IsChainDamaged
            ? BeginAnew(database, newest.MaxTxid)
            : await ContinueOrHealAsync(database, storage, listed, newest, cancellationToken).ConfigureAwait(false);
        database.IsChainDamaged = false;
    }

    /// <summary>A chain of ours that no longer restores is healed at once by a new image of the live database; that of another is not ours to mend.</summary>
    private async Task<ChainStart> ContinueOrHealAsync(ReplicatedDatabase database, IReplicaStorage storage, IReadOnlyList<LtxFile> listed, LtxFile newest, CancellationToken cancellationToken)
    {
        try
        {
            // Pure and cheap: a gap in the listing shows here, whatever our books believe.
            _ = ChainPlanner.Choose(listed, ChainTarget.Latest, storage.Url);
            return await ContinueAsync(database, storage, listed, newest, cancellationToken).ConfigureAwait(false);
        }
        catch (LitestreamException e) when (e is not StorageException { Fault: not StorageFault.Missing } && database.Book.Published >= newest.MaxTxid
            && e is not CaptureException { Reason: DatabaseReason.RecentForeignWriter })
        {
            context.Log.ChainDamaged(database.Name, e.Message);
            return BeginAnew(database, newest.MaxTxid);
        }
    }

    /// <summary>
    /// Nothing there, less than we published, or damaged: the next transaction goes out as an image, behind every number that was ever used.
    /// </summary>
    private ChainStart BeginAnew(ReplicatedDatabase database, Txid newest)
    {
        var usable = TakeStaged(database, Txid.None).FirstOrDefault(s => s.File is { MinTxid.Value: 1 });
        if (usable is null || database.Book.Captured > usable.File.MaxTxid || newest >= usable.File.MaxTxid)
        {
            database.Record(b => b with { Captured = Txid.Max(b.Captured, newest), Position = null, Resting = null });
            return new(null, NeedsImage: true);
        }
        // The first copy was staged but not published when the agent stopped.
        var header = ReadHeader(usable.Path);
        database.Stage(usable, b => b with { Captured = usable.File.MaxTxid, PostSum = usable.PostSum, PageSize = header.PageSize, PageCount = header.Commit });
        return new(ReadTable(usable.Path), NeedsImage: false);
    }

    private async Task<ChainStart> ContinueAsync(ReplicatedDatabase database, IReplicaStorage storage, IReadOnlyList<LtxFile> listed, LtxFile newest, CancellationToken cancellationToken)
    {
        var newestOpened = await ChainFile.OpenAsync(storage, newest, cancellationToken).ConfigureAwait(false);
        // A store's clock may be behind ours, and cut to seconds: what counts is what the file says.
        database.NewestTimestampMs = Math.Max(database.NewestTimestampMs, newestOpened.Header.TimestampMs);
        var writer = NodeId.Of(newestOpened.Header.NodeId);
        if (writer.Instance != context.Books.Instance)
            return await TakeOverAsync(database, storage, listed, newest, writer, cancellationToken).ConfigureAwait(false);
        var staged = TakeStaged(database, newest.MaxTxid);
        var wasKnown = database.Book;
        var table = await FindTableAsync(database, storage, listed, newestOpened.Header, cancellationToken).ConfigureAwait(false);
        database.Record(b => b with
        {
            Epoch = Math.Max(1, Math.Max(b.Epoch, writer.Epoch)),
            Published = newest.MaxTxid,
            Captured = newest.MaxTxid,
            PostSum = table.Sum,
            PageSize = table.PageSize,
            PageCount = table.PageCount,
            // A position belongs to one transaction and its content: that of another one proves nothing.
            Position = b.Captured == newest.MaxTxid && b.PostSum == table.Sum ? b.Position : null,
            Resting = b.Captured == newest.MaxTxid && b.PostSum == table.Sum ? b.Resting : null,
        });
        var isContinued = true;
        foreach (var file in staged)
        {
            isContinued = isContinued && TryAdoptStaged(database, file, table, wasKnown);
            if (!isContinued)
                Spool.Delete(file.Path);
            Faults.Reach(FaultPoint.StagedTakenUp);
        }
        return new(table, NeedsImage: false);
    }

    /// <summary>Another writer owned the chain (or this agent, before it lost its state): a fence file with the next epoch goes first.</summary>
    private async Task<ChainStart> TakeOverAsync(
        ReplicatedDatabase database, IReplicaStorage storage, IReadOnlyList<LtxFile> listed, LtxFile newest, NodeId writer, CancellationToken cancellationToken)
    {
        var age = context.Time.GetUtcNow() - newest.CreatedAt;
        if (age < RecentlyWritten)
            throw new CaptureException(DatabaseStatus.Waiting, DatabaseReason.RecentForeignWriter,
                $"{storage.Url} was written {Math.Max(0, age.TotalSeconds):0} s ago by another writer (transaction {newest.MaxTxid}); nothing is touched",
                "stop the other writer; if there is none, this agent takes the chain over by itself when a minute has passed", RecentlyWritten - age + TimeSpan.FromSeconds(1));
        context.Spool.TakeLeftovers(database.Name).ToList().ForEach(Spool.Delete);
        var table = await BuildTableAsync(storage, listed, cancellationToken).ConfigureAwait(false);
        var epoch = writer.Epoch + 1;
        database.Record(b => b with
        {
            Epoch = epoch,
            Published = newest.MaxTxid,
            Captured = newest.MaxTxid,
            PostSum = table.Sum,
            PageSize = table.PageSize,
            PageCount = table.PageCount,
            Position = null,
            Resting = null,
        });
        context.Log.TakesOver(database.Name, newest.MaxTxid.ToString(), epoch);
        staging.StageEmpty(database, 0, newest.MaxTxid.Next, table.PageSize, table.PageCount, table.Sum);
        table.StandFor(newest.MaxTxid.Next);
        return new(table, NeedsImage: false);
    }

    /// <summary>The page table as of the newest transaction: the saved one, if need be brought up by the L0 files since; else built anew.</summary>
    private async Task<PageTable> FindTableAsync(
        ReplicatedDatabase database, IReplicaStorage storage, IReadOnlyList<LtxFile> listed, LtxHeader newest, CancellationToken cancellationToken)
    {
        var saved = PageTable.TryLoad(context.TablePathOf(database.Name));
        if (saved is not null && newest.Proof is { } proof && saved.PageSize == newest.PageSize)
        {
            foreach (var file in listed.Where(f => f.Level == 0).OrderBy(f => f.MinTxid))
            {
                if (file.MinTxid == saved.Txid.Next)
                    await ApplyAsync(saved, storage, file, cancellationToken).ConfigureAwait(false);
            }
            if (saved.Txid == newest.MaxTxid && saved.Sum == proof.Post)
                return saved;
        }
        return await BuildTableAsync(storage, listed, cancellationToken).ConfigureAwait(false);
    }

    private static async Task ApplyAsync(PageTable table, IReplicaStorage storage, LtxFile file, CancellationToken cancellationToken)
    {
        await using var stream = await storage.OpenAsync(file, cancellationToken).ConfigureAwait(false);
        using var decoder = new LtxDecoder(stream, file.Name);
        table.Apply(ReadChanges(decoder), decoder.Header.Commit, decoder.Header.MaxTxid);
    }

    private static IEnumerable<PageChange> ReadChanges(LtxDecoder decoder)
    {
        var page = new byte[decoder.Header.PageSize];
        while (decoder.ReadPage(page, out var pgno))
            yield return new(pgno, PageSum.Of(pgno, page));
    }

    /// <summary>Page sums of the newest state, read from the replica; when the chain carries a proof, they must add up to it.</summary>
    private static async Task<PageTable> BuildTableAsync(IReplicaStorage storage, IReadOnlyList<LtxFile> listed, CancellationToken cancellationToken)
    {
        var chain = ChainPlanner.Choose(listed, ChainTarget.Latest, storage.Url);
        var reader = await ChainReader.OpenAsync(storage, chain, Parallelism, cancellationToken).ConfigureAwait(false);
        var (newest, table) = (reader.Newest, new PageTable(reader.Newest.PageSize, chain[^1].MaxTxid));
        table.Resize(newest.Commit);
        await reader.ReadPagesAsync(
            (first, pages) =>
            {
                for (var i = 0; i < pages.Length / newest.PageSize; i++)
                {
                    var sum = PageSum.Of(first + (uint)i, pages.Slice(i * newest.PageSize, newest.PageSize));
                    lock (table)
                        table.Set(first + (uint)i, sum);
                }
            },
            cancellationToken).ConfigureAwait(false);
        if (newest.Proof is { } proof && proof.Post != table.Sum)
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.ReplicaDamaged,
                $"{storage.Url} does not add up: transaction {chain[^1].MaxTxid} was captured with sum {proof.Post:x16}, the replica gives {table.Sum:x16}", "see which file is damaged by a restore of it");
        return table;
    }

    /// <summary>Complete L0 files (or a first image) of an earlier run, in order, that continue <paramref name="after"/>; everything else it left is deleted.</summary>
    private List<StagedFile> TakeStaged(ReplicatedDatabase database, Txid after)
    {
        var usable = new List<StagedFile>();
        foreach (var path in context.Spool.TakeLeftovers(database.Name).Order(StringComparer.Ordinal))
        {
            var isParsed = Spool.TryParse(path, out _, out var level, out var min, out var max);
            var isNext = isParsed && (after.IsNone ? min.Value == 1 : level == 0 && min == after.Next);
            if (isNext && TryVerify(database, path, level, min, max) is { } file)
            {
                usable.Add(file);
                after = max;
                continue;
            }
            Spool.Delete(path);
        }
        return usable;
    }

    private StagedFile? TryVerify(ReplicatedDatabase database, string path, int level, Txid min, Txid max)
    {
        try
        {
            using var stream = File.OpenRead(path);
            using var decoder = new LtxDecoder(stream, path);
            foreach (var _ in ReadChanges(decoder))
            {
                // The decoder checks as it reads.
            }
            if (decoder.Header.Proof is not { } proof || decoder.Header.MinTxid != min || decoder.Header.MaxTxid != max)
                return null;
            return new(new(level, min, max, stream.Length, decoder.Header.Timestamp), path, proof.Post, context.Time.GetTimestamp());
        }
        catch (LtxFormatException e)
        {
            context.Log.StagedDropped(database.Name, Path.GetFileName(path), e.Message);
            return null;
        }
    }

    /// <summary>
    /// Queues a staged file again and brings the page table up to it, if it stands on this content (the state may be an old copy, or another machine's).
    /// The books' position is good only for the last of them.
    /// </summary>
    private bool TryAdoptStaged(ReplicatedDatabase database, StagedFile file, PageTable table, BookEntry known)
    {
        using var stream = File.OpenRead(file.Path);
        using var decoder = new LtxDecoder(stream, file.Path);
        var (header, changes) = (decoder.Header, ReadChanges(decoder).ToList());
        if (header.PageSize != table.PageSize || header.Proof?.Pre != table.Sum || table.SumAfter(changes, header.Commit) != file.PostSum)
        {
            context.Log.StagedDropped(database.Name, Path.GetFileName(file.Path), "it continues other content than that of the replica");
            return false;
        }
        table.Apply(changes, header.Commit, header.MaxTxid);
        database.NewestTimestampMs = Math.Max(database.NewestTimestampMs, header.TimestampMs);
        var isNewest = known.Captured == file.File.MaxTxid && known.PostSum == file.PostSum;
        database.Stage(file, b => b with
        {
            Captured = file.File.MaxTxid,
            PostSum = file.PostSum,
            PageCount = header.Commit,
            Position = isNewest ? known.Position : null,
            Resting = isNewest ? known.Resting : null,
        });
        return true;
    }

    private static LtxHeader ReadHeader(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> bytes = stackalloc byte[LtxHeader.SizeBytes];
        file.ReadExactly(bytes);
        return LtxHeader.Parse(bytes, path);
    }

    private static PageTable ReadTable(string path)
    {
        using var stream = File.OpenRead(path);
        using var decoder = new LtxDecoder(stream, path);
        var table = new PageTable(decoder.Header.PageSize, decoder.Header.MaxTxid);
        table.Apply(ReadChanges(decoder), decoder.Header.Commit, decoder.Header.MaxTxid);
        return table;
    }
}
