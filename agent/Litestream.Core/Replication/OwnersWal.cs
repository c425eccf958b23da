using Litestream.Sqlite;
using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>
/// The <c>-wal</c> and <c>-shm</c> of another user's database, made for root before SQLite would: SQLite creates each as root's and gives it away in a
/// second step, and an application that opens its database between the two is told that it is read-only. These get their names when they are the owner's.
/// </summary>
internal static class OwnersWal
{
    private const uint Permissions = 0x1ff;

    /// <summary>Does nothing where files stand, or where it cannot be done: then SQLite does as ever.</summary>
    /// <param name="path">A database in WAL mode that is about to be read.</param>
    /// <param name="database">Its file.</param>
    public static void Prepare(string path, FileStat database)
    {
        if (database.Uid == PosixFile.EffectiveUser())
            return;
        // In SQLite's order: whoever finds a WAL expects nothing of the wal-index, and makes it if need be.
        Make(DatabaseFiles.WalOf(path), database);
        Make(DatabaseFiles.ShmOf(path), database);
    }

    private static void Make(string path, FileStat database)
    {
        if (FileStat.Of(path) is null)
            _ = PosixFile.CreateFor(path, database.Uid, database.Gid, database.Mode & Permissions);
    }
}
