using Litestream.Sqlite;

namespace Litestream.Replication;

/// <summary>
/// What our connection kept alive beside a database that its application deleted, moved away or replaced: the application's own last close would have
/// emptied the WAL into the database and removed it. Left there, a database created anew under the same name would inherit the old one's pages.
/// </summary>
internal static class Leftovers
{
    /// <summary>
    /// Does what that last close would have done, as far as it is safe. Ends the marks of <paramref name="hot"/>; what was committed must be captured.
    /// Answers what was done, for the log; empty when there was nothing to do. <paramref name="isOpenHere"/>: a file that another tenant of ours has
    /// open must not be opened and closed on the side.
    /// </summary>
    public static string Settle(string path, HotDatabase hot, Predicate<FileStat> isOpenHere)
    {
        var isOurWal = IsSame(FileStat.Of(DatabaseFiles.WalOf(path)), hot.Files.Wal);
        if (!isOurWal)
            return "";
        if (FileStat.Of(path) is { } now)
        {
            // The same database with another -shm: somebody removed files under us, and nothing of the old ones may reach it.
            if (IsSame(now, hot.Files.Main))
                return "";
            // Somebody who has the new file open has read the stale WAL with it: too late for us.
            if (isOpenHere(now) || IsOpenElsewhere(path, now) != false)
                return "a stale WAL lies beside the file that replaced it; its application has it open already";
        }
        if (!TryEmptyWal(hot))
            return $"the WAL stays at {DatabaseFiles.WalOf(path)}: the database was moved away and is in use, move it along";
        return "removed " + string.Join(" and ", RemoveIfSame(DatabaseFiles.WalOf(path), hot.Files.Wal).Concat(RemoveIfSame(DatabaseFiles.ShmOf(path), hot.Files.Shm)));
    }

    /// <summary>
    /// A database that lives on under another name gets what is in the WAL, if nobody else has it open and nobody wrote to it since our last round: its
    /// content and our WAL would not belong together any more. True also when the database is gone for good.
    /// </summary>
    private static bool TryEmptyWal(HotDatabase hot)
    {
        var holder = hot.Holder;
        if (holder.HeldFile(hot.LastMain) is not { } held)
            return false;
        if (held.Links == 0)
            return true;
        if (held.MtimeNs != hot.LastMain.MtimeNs || held.SizeBytes != hot.LastMain.SizeBytes || holder.IsOpenElsewhere(held) != false)
            return false;
        hot.CloseSpare();
        holder.EndTransaction();
        if (!holder.TryBeginExclusive())
            return false;
        holder.EndTransaction();
        return holder.TryCheckpoint(NativeSqlite.CheckpointPassive, out var result) && result.IsComplete;
    }

    /// <summary>Asked through SQLite: a descriptor of our own on it would drop the locks of whoever else in this process has it open.</summary>
    private static bool? IsOpenElsewhere(string path, FileStat file)
    {
        try
        {
            using var connection = EngineConnection.Open(path);
            return connection.IsOpenElsewhere(file);
        }
        catch (SqliteErrorException)
        {
            return null;
        }
    }

    private static IEnumerable<string> RemoveIfSame(string path, FileStat? ours)
    {
        if (!IsSame(FileStat.Of(path), ours))
            yield break;
        File.Delete(path);
        Faults.Reach(FaultPoint.LeftoversHalfRemoved);
        yield return Path.GetFileName(path);
    }

    private static bool IsSame(FileStat? a, FileStat? b) => a is { } x && b is { } y && x.IsSameFile(y);
}
