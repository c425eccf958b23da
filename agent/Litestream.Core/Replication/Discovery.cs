using Litestream.Ltx;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// Once after each start, before the first capture: where does the chain of a database stand? Compares the books with the replica, takes up staged
/// files that an earlier run left, takes the chain over from another writer, and builds the page table if it is lost. Of several replicas the first that
/// answers says it; the others come in behind it (<see cref="Joining"/>).
/// </summary>
internal sealed class Discovery(StoreContext context, Staging staging, EarlierRun earlierRun, Joining joining, NewDay newDay, Fence fence, OwnershipCheck ownership)
{
    private const int Parallelism = 4;

    public async Task RunAsync(DatabaseReplica replica, CancellationToken cancellationToken)
    {
        var database = replica.Database;
        if (replica.Place.Root.Days is not null)
            await newDay.FindAsync(replica, cancellationToken).ConfigureAwait(false);
        var listed = await ReplicaListing.ReadAsync(replica.Storage, cancellationToken).ConfigureAwait(false);
        replica.ReplaceFiles(listed);
        Faults.Reach(FaultPoint.Listed);
        replica.ConfirmedAt = replica.LookedAt = context.Now;
        replica.Place.Copies.DropAll(database.Name);
        replica.CompactionAt = 0;
        if (database.Chain is not null)
        {
            await joining.RunAsync(replica, listed, cancellationToken).ConfigureAwait(false);
            replica.TakenUnder = null;
            if (database.Book.FormerWriter != 0 && database.Replicas.All(r => r.Stage != ReplicaStage.Unknown))
                database.Record(b => b with { FormerWriter = 0 });
            return;
        }
        if (!database.TryBegin(replica))
            return;
        try
        {
            if (database.Chain is null)
                await BeginAsync(replica, listed, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            database.EndBegin();
        }
    }

    private async Task BeginAsync(DatabaseReplica replica, IReadOnlyList<LtxFile> listed, CancellationToken cancellationToken)
    {
        var database = replica.Database;
        foreach (var each in database.Replicas)
            each.DropStaged();
        // Of those that end alike the lowest: a merger of files without proof has none either.
        var newest = listed.Count == 0 ? default : listed.MaxBy(f => (f.MaxTxid, -f.Level));
        database.NewestTimestampMs = listed.Count == 0 ? 0 : listed.Max(f => f.CreatedAt.ToUnixTimeMilliseconds());
        var isAnew = newest.MaxTxid.IsNone || newest.MaxTxid < replica.Book.Published || replica.IsDamaged;
        if (isAnew && !newest.MaxTxid.IsNone)
            await RefuseForeignAsync(replica, newest, cancellationToken).ConfigureAwait(false);
        var start = isAnew
            ? BeginAnew(replica, newest.MaxTxid)
            : await ContinueOrHealAsync(replica, listed, newest, cancellationToken).ConfigureAwait(false);
        context.Spool.ForgetEarlier(database.Name);
        database.Chain = start;
        (replica.IsDamaged, replica.TakenUnder) = (false, null);
    }

    /// <summary>What is missing or damaged may have been deleted by whoever took the chain over: that one's is not ours to begin anew. A file that cannot be read says nothing.</summary>
    private async Task RefuseForeignAsync(DatabaseReplica replica, LtxFile newest, CancellationToken cancellationToken)
    {
        NodeId writer;
        try
        {
            writer = NodeId.Of((await ChainFile.ReadHeaderAsync(replica.Storage, newest, cancellationToken).ConfigureAwait(false)).NodeId);
        }
        catch (Exception e) when (e is LtxFormatException or StorageException { IsMissing: true } or StorageException { IsCut: true })
        {
            return;
        }
        if (writer.Instance != context.Books.Instance)
            await RequireOpenAsync(replica, writer, newest, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A chain of ours that no longer restores is healed at once by a new image of the live database; that of another is not ours to mend.</summary>
    private async Task<ChainStart> ContinueOrHealAsync(DatabaseReplica replica, IReadOnlyList<LtxFile> listed, LtxFile newest, CancellationToken cancellationToken)
    {
        try
        {
            // Pure and cheap: a gap in the listing shows here, whatever our books believe.
            _ = ChainPlanner.Choose(listed, ChainTarget.Latest, replica.Url);
            return await ContinueAsync(replica, listed, newest, cancellationToken).ConfigureAwait(false);
        }
        catch (LitestreamException e) when (e is not StorageException { Fault: not StorageFault.Missing } && replica.Book.Published >= newest.MaxTxid
            && e is not CaptureException { Reason: DatabaseReason.RecentForeignWriter or DatabaseReason.ForeignTransaction })
        {
            context.Log.ChainDamaged(replica.Database.Name, e.Message);
            return BeginAnew(replica, newest.MaxTxid);
        }
    }

    /// <summary>
    /// Nothing there, less than we published, or damaged: the next transaction goes out as an image, behind every number that was ever used. Where
    /// another replica can be continued by what the books know, only this one gets an image.
    /// </summary>
    private ChainStart BeginAnew(DatabaseReplica replica, Txid newest)
    {
        var (database, left) = (replica.Database, earlierRun.Read(replica.Database));
        if (HasOther(replica) && PageTable.TryLoad(context.Folder.TableOf(database.Name)) is { } table
            && table.Txid == database.Book.Captured && table.Sum == database.Book.PostSum)
        {
            EarlierRun.TakeHistory(replica, left, table.Txid, table.Sum);
            EarlierRun.Delete(left);
            joining.RequireImage(replica, newest);
            return new(table, NeedsImage: false);
        }
        var image = left.FirstOrDefault(s => s.File is { MinTxid.Value: 1 });
        EarlierRun.Delete(left.Where(s => s != image));
        if (image is null || database.Book.Captured > image.File.MaxTxid || newest >= image.File.MaxTxid)
        {
            EarlierRun.Delete(image is null ? [] : [image]);
            joining.RequireImage(replica, newest);
            database.Record(b => b with { Captured = Txid.Max(b.Captured, newest), Position = null, Resting = null });
            return new(null, NeedsImage: true);
        }
        // The first copy was staged but not published when the agent stopped.
        replica.HoldsChain = false;
        replica.Stage = ReplicaStage.Follows;
        var header = ReadHeader(image.Path);
        database.Stage(image, b => b with { Captured = image.File.MaxTxid, PostSum = image.Proof.Post, PageSize = header.PageSize, PageCount = header.Commit });
        return new(ReadTable(image.Path), NeedsImage: false);
    }

    private async Task<ChainStart> ContinueAsync(DatabaseReplica replica, IReadOnlyList<LtxFile> listed, LtxFile newest, CancellationToken cancellationToken)
    {
        var (database, storage) = (replica.Database, replica.Storage);
        var newestOpened = await ChainFile.OpenAsync(storage, newest, cancellationToken).ConfigureAwait(false);
        // A store's clock may be behind ours, and cut to seconds: what counts is what the file says.
        database.NewestTimestampMs = Math.Max(database.NewestTimestampMs, newestOpened.Header.TimestampMs);
        var writer = NodeId.Of(newestOpened.Header.NodeId);
        if (writer.Instance != context.Books.Instance)
        {
            await RequireOpenAsync(replica, writer, newest, cancellationToken).ConfigureAwait(false);
            return await TakeOverAsync(replica, listed, newestOpened.Header, newest, cancellationToken).ConfigureAwait(false);
        }
        var table = await FindTableAsync(database, storage, listed, newestOpened.Header, cancellationToken).ConfigureAwait(false);
        var (left, wasKnown) = (earlierRun.Read(database), database.Book);
        replica.Record(b => b with { Published = newest.MaxTxid });
        database.Record(b => b with
        {
            Epoch = Math.Max(1, Math.Max(b.Epoch, writer.Epoch)),
            Captured = newest.MaxTxid,
            PostSum = table.Sum,
            PageSize = table.PageSize,
            PageCount = table.PageCount,
            // A position belongs to one transaction and its content: that of another one proves nothing.
            Position = b.Captured == newest.MaxTxid && b.PostSum == table.Sum ? b.Position : null,
            Resting = b.Captured == newest.MaxTxid && b.PostSum == table.Sum ? b.Resting : null,
        });
        (replica.HoldsChain, replica.Stage) = (true, ReplicaStage.Follows);
        EarlierRun.TakeHistory(replica, left, newest.MaxTxid, table.Sum);
        earlierRun.TakeNext(database, left, table, wasKnown);
        EarlierRun.Delete(left);
        // Somebody else may have owned it meanwhile without a word in the chain: whoever comes back finds the next name taken.
        if (replica.IsTakenOver)
        {
            staging.StageEmpty(database, 0, database.Book.Captured.Next, table.PageSize, table.PageCount, table.Sum);
            table.StandFor(database.Book.Captured);
        }
        return new(table, NeedsImage: false);
    }

    /// <summary>What this agent published before, here or in another replica, another went on with: throws, unless it is this agent's all the same.</summary>
    private async Task RequireOpenAsync(DatabaseReplica replica, NodeId writer, LtxFile newest, CancellationToken cancellationToken)
    {
        if (replica.IsTakenOver || (!HasOther(replica) && replica.Book.Published.IsNone) || OwnershipCheck.IsShutOutElsewhere(replica, writer) || ownership.IsMovedHere(replica, writer, newest)
            || await ownership.WasTakenOverAsync(replica, writer, cancellationToken).ConfigureAwait(false))
            return;
        throw ForeignChain.OfAnother(replica, newest);
    }

    /// <summary>
    /// Another writer owned the chain (or this agent, before it lost its state): a fence file with the next epoch goes first. Before anything is read: a chain
    /// may be long, and its writer busy.
    /// </summary>
    private async Task<ChainStart> TakeOverAsync(DatabaseReplica replica, IReadOnlyList<LtxFile> listed, LtxHeader header, LtxFile newest, CancellationToken cancellationToken)
    {
        var (database, writer) = (replica.Database, NodeId.Of(header.NodeId));
        if (!replica.IsTakenOver)
            await ownership.RequireGrantAsync(replica, writer, newest, cancellationToken).ConfigureAwait(false);
        EarlierRun.Delete(earlierRun.Read(database));
        database.Record(b => b with { FormerWriter = database.Replicas.Count > 1 ? writer.Writer : 0 });
        var (behind, there) = await fence.TrySetAsync(replica, listed, header, keeps: replica.IsTakenOver || !replica.Book.Published.IsNone, cancellationToken, Others(replica)).ConfigureAwait(false)
            ?? throw (replica.IsTakenOver ? Fence.WasQuicker(replica, newest.MaxTxid) : ForeignChain.WrittenBehind(replica, $"transaction {newest.MaxTxid.Next} was published by somebody else"));
        database.NewestTimestampMs = Math.Max(database.NewestTimestampMs, behind.CreatedAt.ToUnixTimeMilliseconds());
        var fenced = await ChainFile.OpenAsync(replica.Storage, behind, cancellationToken).ConfigureAwait(false);
        var table = await FindTableAsync(database, replica.Storage, there, fenced.Header, cancellationToken).ConfigureAwait(false);
        replica.Record(b => b with { Published = behind.MaxTxid });
        database.Record(b => b with
        {
            Captured = behind.MaxTxid,
            PostSum = table.Sum,
            PageSize = table.PageSize,
            PageCount = table.PageCount,
            Position = null,
            Resting = null,
        });
        (replica.HoldsChain, replica.Stage) = (true, ReplicaStage.Follows);
        context.Log.TakesOver(database.Name, newest.MaxTxid.ToString(), database.Book.Epoch);
        // The fence could not say what the chain adds up to: a later start must not have to read it all again.
        if (header.Proof is null)
        {
            staging.StageEmpty(database, 0, behind.MaxTxid.Next, table.PageSize, table.PageCount, table.Sum);
            table.StandFor(behind.MaxTxid.Next);
        }
        return new(table, NeedsImage: false);
    }

    /// <summary>Bits of those to which the chain may go on as well, behind the same fence. One that is taken over gets a fence of its own.</summary>
    private static uint Others(DatabaseReplica replica) =>
        replica.Database.Replicas.At(ReplicaStage.Unknown) & DatabaseReplicas.BitsOf(replica.Database.Replicas.Where(r => r != replica && !r.IsTakenOver));

    /// <summary>The books know of another replica, that the chain goes on in.</summary>
    private static bool HasOther(DatabaseReplica replica) => replica.Database.Replicas.Any(r => r != replica && !r.Book.Published.IsNone);

    /// <summary>The page table as of the newest transaction: the saved one, if need be brought up by the L0 files since; else built anew.</summary>
    private async Task<PageTable> FindTableAsync(
        ReplicatedDatabase database, IReplicaStorage storage, IReadOnlyList<LtxFile> listed, LtxHeader newest, CancellationToken cancellationToken)
    {
        var saved = PageTable.TryLoad(context.Folder.TableOf(database.Name));
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
        table.Apply(PageChange.ReadAll(decoder), decoder.Header.Commit, decoder.Header.MaxTxid);
    }

    /// <summary>Page sums of the newest state, read from the replica; when the chain carries a proof, they must add up to it.</summary>
    private async Task<PageTable> BuildTableAsync(IReplicaStorage storage, IReadOnlyList<LtxFile> listed, CancellationToken cancellationToken)
    {
        var chain = ChainPlanner.Choose(listed, ChainTarget.Latest, storage.Url);
        var reader = await ChainReader.OpenAsync(storage, chain, (int)Math.Clamp(context.Options.UploadBytes / StoreOptions.ReadBytes, 1, Parallelism), cancellationToken).ConfigureAwait(false);
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
        table.Apply(PageChange.ReadAll(decoder), decoder.Header.Commit, decoder.Header.MaxTxid);
        return table;
    }
}
