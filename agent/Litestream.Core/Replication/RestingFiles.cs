using Litestream.Sqlite;

namespace Litestream.Replication;

/// <summary>The identity of a cold database's files. Not the change counter: commits into a WAL do not move it.</summary>
/// <param name="Main">The database file, settled: any later write would show.</param>
/// <param name="WalInode">Inode of the WAL that an application keeps open; 0 when there was none.</param>
/// <param name="WalSalts">Salts in that WAL's header.</param>
internal readonly record struct RestingFiles(FileStat Main, ulong WalInode, WalSalts WalSalts)
{
    /// <summary>
    /// Nothing was committed since: same database file; WAL absent as before, or the same file and generation with no frame behind our position;
    /// no rollback journal.
    /// </summary>
    /// <param name="path">Of the database.</param>
    /// <param name="position">The last frame that was captured.</param>
    /// <param name="pageSize">Of that WAL.</param>
    /// <param name="areNamesKnown">They were unchanged at the look before, and no file came or went since: there is no WAL if there was none, and a commit of a rollback journal shows in the database file.</param>
    public bool AreUnchanged(string path, WalPosition? position, int pageSize, bool areNamesKnown = false)
    {
        if (FileStat.Of(path) is not { } database || !database.IsUnchanged(Main))
            return false;
        if (areNamesKnown && WalInode == 0)
            return true;
        if (FileStat.Of(DatabaseFiles.JournalOf(path)) is { SizeBytes: > 0 })
            return false;
        var wal = FileStat.Of(DatabaseFiles.WalOf(path));
        if (wal is null || WalInode == 0)
            return wal is null && WalInode == 0;
        return wal.Value.Inode == WalInode && position is { } p && WalAtRest.Read(path, p, pageSize) is { HasMoved: false } rest && rest.Salts == WalSalts;
    }
}
