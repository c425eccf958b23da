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
        if (!FileStat.IsSameFile(FileStat.Of(DatabaseFiles.WalOf(path)), hot.Files.Wal))
            return "";
        if (FileStat.Of(path) is not { } now)
            return Remove(path, hot);
        // The same database with another -shm: somebody removed files under us, and nothing of the old ones may reach it.
        if (FileStat.IsSameFile(now, hot.Files.Main))
            return "";
        // Somebody who has the new file open has read the stale WAL with it: too late for us.
        using var newcomer = isOpenHere(now) ? null : TryHoldShut(path, now);
        return newcomer is null ? "a stale WAL lies beside the file that replaced it; its application has it open already" : Remove(path, hot);
    }

    /// <summary>
    /// Closes the last of our connections. Where the file was deleted meanwhile, nobody can ever use its WAL again: <paramref name="files"/>' one goes,
    /// lest whoever creates a database under this name inherits it.
    /// </summary>
    public static void Close(string path, EngineConnection connection, FileStat opened, DatabaseFiles files)
    {
        var isDeleted = connection.HeldFile(opened) is { Links: 0 };
        connection.Dispose();
        if (isDeleted)
            RemoveOrphans(path, files);
    }

    /// <summary>Removes the WAL of <paramref name="files"/>, which nobody needs any more, if it still lies there without a database.</summary>
    public static void RemoveOrphans(string path, DatabaseFiles files)
    {
        if (FileStat.Of(path) is null)
            _ = RemoveBoth(path, files);
    }

    private static string Remove(string path, HotDatabase hot) => TryEmptyWal(hot)
        ? "removed " + string.Join(" and ", RemoveBoth(path, hot.Files))
        : $"the WAL stays at {DatabaseFiles.WalOf(path)}: the database was moved away and is in use, move it along";

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
        if (held.MtimeNs != hot.LastMain.MtimeNs || held.SizeBytes != hot.LastMain.SizeBytes || holder.IsOpenElsewhere(held) == true)
            return false;
        hot.CloseSpare();
        holder.EndTransaction();
        if (!holder.TryBeginExclusive())
            return false;
        holder.EndTransaction();
        return holder.TryCheckpoint(NativeSqlite.CheckpointPassive, out var result) && result.IsComplete;
    }

    /// <summary>
    /// A connection to the file that has read nothing of it, and under whose lock nobody else, in this process or another, can begin to; null when somebody has.
    /// Through SQLite: a descriptor of our own would drop the locks of whoever else in this process has it open.
    /// </summary>
    private static EngineConnection? TryHoldShut(string path, FileStat file)
    {
        EngineConnection? connection = null;
        try
        {
            connection = EngineConnection.TryOpen(path, file);
            if (connection is null)
                return null;
            if (connection.IsOpenElsewhere(file) != true && connection.TryHoldShut())
                return connection;
        }
        catch (SqliteErrorException)
        {
            // Not to be opened by us: then nobody knows who has.
        }
        connection?.Dispose();
        return null;
    }

    private static List<string> RemoveBoth(string path, DatabaseFiles ours)
    {
        var removed = new List<string>();
        foreach (var (name, file) in new[] { (DatabaseFiles.WalOf(path), ours.Wal), (DatabaseFiles.ShmOf(path), ours.Shm) })
        {
            if (!FileStat.IsSameFile(FileStat.Of(name), file))
                continue;
            File.Delete(name);
            Faults.Reach(FaultPoint.LeftoversHalfRemoved);
            removed.Add(Path.GetFileName(name));
        }
        return removed;
    }
}
