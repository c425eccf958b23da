using Litestream.Sqlite;

namespace Litestream.Replication;

/// <summary>
/// What our connection kept alive beside a database that its application deleted: the application's own last close would have removed the WAL. Left
/// there, a database created anew under the same name would inherit the old one's pages.
/// </summary>
internal static class Leftovers
{
    /// <summary>Removes <c>-wal</c> and <c>-shm</c> if they are the ones we used and no new database stands there. Answers what was removed, for the log.</summary>
    public static string Remove(string path, DatabaseFiles ours)
    {
        if (FileStat.Of(path) is not null)
            return "";
        var removed = new List<string>(2);
        RemoveIfSame(DatabaseFiles.WalOf(path), ours.Wal, removed);
        RemoveIfSame(DatabaseFiles.ShmOf(path), ours.Shm, removed);
        return string.Join(", ", removed);
    }

    private static void RemoveIfSame(string path, FileStat? ours, List<string> removed)
    {
        if (ours is not { } file || FileStat.Of(path) is not { } there || !there.IsSameFile(file))
            return;
        File.Delete(path);
        removed.Add(Path.GetFileName(path));
    }
}
