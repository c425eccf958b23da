using System.Buffers;
using Litestream.Ltx;
using Litestream.Sqlite;

namespace Litestream.Replication;

/// <summary>
/// Step "stage": writes captured pages as LTX files into the state directory and moves the books and the page table on. Only when this
/// returned may a mark advance.
/// </summary>
internal sealed class Staging(StoreContext context)
{
    private const int RunBytes = 256 * 1024;

    /// <summary>Copies one page into the buffer.</summary>
    public delegate void PageReader(uint pgno, Span<byte> page);

    /// <summary>Stages the next transaction: <paramref name="pages"/>, ascending, and whatever page the growth to <paramref name="commit"/> needs.</summary>
    /// <param name="from">Where in the WAL the pages began; null when they do not come from frames alone.</param>
    /// <param name="end">The position that is captured with this file.</param>
    /// <param name="noticedAt">Timestamp since when the content waits.</param>
    public void StageChanges(ReplicatedDatabase database, PageTable table, uint commit, List<uint> pages, PageReader read, WalPosition? from, WalPosition end, long noticedAt)
    {
        var txid = database.Book.Captured.Next;
        var changes = new List<PageChange>(pages.Count);
        var header = Header(database, table.PageSize, commit, txid, txid) with
        {
            WalOffset = end.Frame == 0 ? 0 : from?.Offset(table.PageSize) ?? WalHeader.SizeBytes,
            WalSize = end.Frame == 0 ? 0 : end.Offset(table.PageSize) - (from?.Offset(table.PageSize) ?? WalHeader.SizeBytes),
            WalSalt1 = end.Frame == 0 ? 0 : end.Salts.Salt1,
            WalSalt2 = end.Frame == 0 ? 0 : end.Salts.Salt2,
        };
        var file = Write(database, header, level: 0, noticedAt, encoder =>
        {
            var page = ArrayPool<byte>.Shared.Rent(table.PageSize);
            foreach (var pgno in pages)
            {
                var bytes = page.AsSpan(0, table.PageSize);
                read(pgno, bytes);
                changes.Add(new(pgno, PageSum.Of(pgno, bytes)));
                encoder.WritePage(pgno, bytes);
            }
            ArrayPool<byte>.Shared.Return(page);
            return new(table.Sum, table.SumAfter(changes, commit));
        });
        database.NewestChangeMs = header.TimestampMs;
        database.Stage(file, book => book with
        {
            Captured = txid,
            PostSum = file.Proof.Post,
            PageSize = table.PageSize,
            PageCount = commit,
            Position = end,
            Resting = null,
        });
        table.Apply(changes, commit, txid);
    }

    /// <summary>Stages the whole database as one file, <paramref name="min"/> to <paramref name="max"/>, and answers its page table.</summary>
    /// <param name="waiting">For which replicas (<see cref="ReplicatedDatabase.Stage"/>); null: for all that follow.</param>
    public PageTable StageImage(ReplicatedDatabase database, PinnedDatabase pinned, int level, Txid min, Txid max, long noticedAt, Func<uint>? waiting = null)
    {
        var table = new PageTable(pinned.PageSize, max);
        table.Resize(pinned.PageCount);
        var header = Header(database, pinned.PageSize, pinned.PageCount, min, max);
        var file = Write(database, header, level, noticedAt, encoder =>
        {
            ForEachPage(pinned, (pgno, page) =>
            {
                table.Set(pgno, PageSum.Of(pgno, page));
                encoder.WritePage(pgno, page);
                if (pgno == (pinned.PageCount + 1) / 2)
                    Faults.Reach(FaultPoint.ImageHalfWritten);
            });
            return new(min.Value == 1 ? 0 : null, table.Sum);
        });
        database.Stage(file, book => book with
        {
            Captured = max,
            PostSum = table.Sum,
            PageSize = pinned.PageSize,
            PageCount = pinned.PageCount,
            Position = pinned.End,
            Resting = null,
            Epoch = Math.Max(1, book.Epoch),
        }, waiting);
        return table;
    }

    /// <summary>Stages a file without pages: a fence, or the companion of a snapshot. Repeats page size, size and sum of its predecessor.</summary>
    public void StageEmpty(ReplicatedDatabase database, int level, Txid txid, int pageSize, uint commit, ulong sum) =>
        StageEmpty(database, level, txid, txid, pageSize, commit, sum);

    /// <summary>The same for several transactions that never were.</summary>
    public void StageEmpty(ReplicatedDatabase database, int level, Txid min, Txid max, int pageSize, uint commit, ulong sum)
    {
        var file = Write(database, Header(database, pageSize, commit, min, max), level, context.Time.GetTimestamp(), _ => new(sum, sum));
        database.Stage(file, book => book with { Captured = max, PostSum = sum, PageSize = pageSize, PageCount = commit });
    }

    /// <summary>Reads the database in runs of many pages; leaves out the lock page.</summary>
    public static void ForEachPage(PinnedDatabase pinned, PageReader take) => ForEachPage(pinned, 1, pinned.PageCount, take);

    /// <summary>The same for the pages <paramref name="from"/> to <paramref name="to"/>.</summary>
    public static void ForEachPage(PinnedDatabase pinned, uint from, uint to, PageReader take)
    {
        var pagesPerRun = Math.Max(1, RunBytes / pinned.PageSize);
        var run = ArrayPool<byte>.Shared.Rent(pagesPerRun * pinned.PageSize);
        var lockPage = LockPage.Of(pinned.PageSize);
        for (long first = from; first <= to; first += pagesPerRun)
        {
            var count = (int)Math.Min(pagesPerRun, to - first + 1);
            var pages = run.AsSpan(0, count * pinned.PageSize);
            pinned.Read((uint)first, pages);
            for (var i = 0; i < count; i++)
            {
                if (first + i != lockPage)
                    take((uint)(first + i), pages.Slice(i * pinned.PageSize, pinned.PageSize));
            }
        }
        ArrayPool<byte>.Shared.Return(run);
    }

    private StagedFile Write(ReplicatedDatabase database, LtxHeader header, int level, long noticedAt, Func<LtxEncoder, Proof> writePages)
    {
        var path = context.Spool.PathOf(database.Name, level, header.MinTxid, header.MaxTxid);
        try
        {
            long length;
            Proof proof;
            using (var stream = Spool.Create(path))
            using (var encoder = new LtxEncoder(stream, header))
            {
                proof = writePages(encoder);
                length = encoder.Finish(proof);
            }
            Faults.Reach(FaultPoint.StagedNotNamed);
            Spool.Complete(path);
            Faults.Reach(FaultPoint.StagedNotBooked);
            return new(new(level, header.MinTxid, header.MaxTxid, length, header.Timestamp), path, proof, noticedAt);
        }
        catch (IOException e) when (DiskFull.Is(e))
        {
            throw new CaptureException(DatabaseStatus.Error, DatabaseReason.StateDiskFull,
                $"No room left in the state directory for transaction {header.MaxTxid} of {database.Path}: {e.Message}", "free some space; nothing is lost, capture goes on by itself");
        }
        finally
        {
            Spool.Discard(path);
        }
    }

    private LtxHeader Header(ReplicatedDatabase database, int pageSize, uint commit, Txid min, Txid max)
    {
        database.NewestTimestampMs = Math.Max(context.Time.GetUtcNow().ToUnixTimeMilliseconds(), database.NewestTimestampMs + 1);
        return new()
        {
            PageSize = pageSize,
            Commit = commit,
            MinTxid = min,
            MaxTxid = max,
            TimestampMs = database.NewestTimestampMs,
            NodeId = context.NodeOf(database).Value,
        };
    }
}
