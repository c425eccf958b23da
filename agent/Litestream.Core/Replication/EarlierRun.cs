using Litestream.Ltx;
using Microsoft.Extensions.Logging;

namespace Litestream.Replication;

/// <summary>
/// Staged files that an earlier run of the agent left in the state directory: sound ones that fit to what is known now are taken up again, all others go.
/// The state may be an old copy, or another machine's, so each must stand on the content before it.
/// </summary>
internal sealed class EarlierRun(StoreContext context)
{
    /// <summary>The sound ones, by level and transaction; the others are deleted. A file that cannot be read now is no reason to lose it: throws.</summary>
    public List<StagedFile> Read(ReplicatedDatabase database)
    {
        var sound = new List<StagedFile>();
        foreach (var path in context.Spool.Earlier(database.Name).Where(File.Exists).Order(StringComparer.Ordinal))
        {
            if (Spool.TryParse(path, out _, out var level, out var min, out var max) && TryVerify(database, path, level, min, max) is { } file)
                sound.Add(file);
            else
                Spool.Delete(path);
        }
        return sound;
    }

    public static void Delete(IEnumerable<StagedFile> files)
    {
        foreach (var file in files)
            Spool.Delete(file.Path);
    }

    /// <summary>L0 files that continue the table: queued for all again, and taken out of <paramref name="left"/>. Ends with the first that does not.</summary>
    public void TakeNext(ReplicatedDatabase database, List<StagedFile> left, PageTable table, BookEntry known)
    {
        while (left.Find(s => s.File.Level == 0 && s.File.MinTxid == table.Txid.Next) is { } file && TryTake(database, file, table, known))
        {
            left.Remove(file);
            Faults.Reach(FaultPoint.StagedTakenUp);
        }
    }

    /// <summary>
    /// L0 files that end with this transaction and its sum: queued for the replicas that may lack them. A whole image (after a change of page size) does
    /// not say what was before it.
    /// </summary>
    public static void TakeHistory(DatabaseReplica current, List<StagedFile> left, Txid last, ulong sum)
    {
        var database = current.Database;
        var others = database.Replicas.At(ReplicaStage.Unknown) & ~current.Place.Bit;
        var history = new List<StagedFile>();
        ulong? end = sum;
        while (others != 0 && left.Find(s => s.File.Level == 0 && s.File.MaxTxid == last && (end is null || s.Proof.Post == end)) is { } file)
        {
            left.Remove(file);
            history.Insert(0, file);
            (last, end) = (file.File.MinTxid.Previous, file.Proof.Pre);
        }
        lock (database.Gate)
            history.ForEach(f => database.Staged.Add(f, others, isSafe: database.Replicas.Any(r => f.File.MaxTxid <= r.Book.Published && (r != current || r.HoldsChain))));
    }

    private StagedFile? TryVerify(ReplicatedDatabase database, string path, int level, Txid min, Txid max)
    {
        try
        {
            using var stream = File.OpenRead(path);
            using var decoder = new LtxDecoder(stream, path);
            foreach (var _ in PageChange.ReadAll(decoder))
            {
                // The decoder checks as it reads.
            }
            if (decoder.Header.Proof is not { } proof || decoder.Header.MinTxid != min || decoder.Header.MaxTxid != max)
                return null;
            return new(new(level, min, max, stream.Length, decoder.Header.Timestamp), path, proof, context.Time.GetTimestamp());
        }
        catch (LtxFormatException e)
        {
            context.Log.StagedDropped(database.Name, Path.GetFileName(path), e.Message);
            return null;
        }
    }

    /// <summary>Brings the page table up to the file. The books' position is good only for the last of them.</summary>
    private bool TryTake(ReplicatedDatabase database, StagedFile file, PageTable table, BookEntry known)
    {
        using var stream = File.OpenRead(file.Path);
        using var decoder = new LtxDecoder(stream, file.Path);
        var (header, changes) = (decoder.Header, PageChange.ReadAll(decoder).ToList());
        if (header.PageSize != table.PageSize || file.Proof.Pre != table.Sum || table.SumAfter(changes, header.Commit) != file.Proof.Post)
        {
            context.Log.StagedDropped(database.Name, Path.GetFileName(file.Path), "it continues other content than that of the replica");
            return false;
        }
        table.Apply(changes, header.Commit, header.MaxTxid);
        database.NewestTimestampMs = Math.Max(database.NewestTimestampMs, header.TimestampMs);
        var isNewest = known.Captured == file.File.MaxTxid && known.PostSum == file.Proof.Post;
        database.Stage(file, b => b with
        {
            Captured = file.File.MaxTxid,
            PostSum = file.Proof.Post,
            PageCount = header.Commit,
            Position = isNewest ? known.Position : null,
            Resting = isNewest ? known.Resting : null,
        });
        return true;
    }
}
