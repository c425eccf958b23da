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
    public bool AreUnchanged(string path, WalPosition? position, int pageSize)
    {
        if (FileStat.Of(path) is not { } database || !database.IsUnchanged(Main)
            || !FileStat.TryOf(DatabaseFiles.JournalOf(path), out var journal) || journal is { SizeBytes: > 0 } || !FileStat.TryOf(DatabaseFiles.WalOf(path), out var wal))
            return false;
        if (wal is null || WalInode == 0)
            return wal is null && WalInode == 0;
        return wal.Value.Inode == WalInode && position is { } p && WalAtRest.Read(path, p, pageSize) is { HasMoved: false } rest && rest.Salts == WalSalts;
    }

    /// <summary>
    /// The same where they were unchanged a while ago, and no file came or went since: there is no WAL if there was none, and a commit of a rollback journal shows
    /// in the database file.
    /// </summary>
    public bool AreUnchangedAmongSameNames(string path) => WalInode == 0 && FileStat.Of(path) is { } database && database.IsUnchanged(Main);
}
