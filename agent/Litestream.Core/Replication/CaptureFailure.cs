using Litestream.Sqlite;
using Microsoft.Data.Sqlite;

namespace Litestream.Replication;

/// <summary>Finds the reason from the closed list for whatever went wrong with one database.</summary>
internal static class CaptureFailure
{
    /// <summary>SQLITE_IOERR_SHMSIZE: the -shm could not be given its size.</summary>
    private const int NoRoomForSharedMemory = 10 | (19 << 8);

    public static CaptureException Of(Exception error, string path) => error switch
    {
        CaptureException known => known,
        SqliteErrorException sqlite => OfSqlite(sqlite, path),
        IOException io when DiskFull.Is(io) => new(DatabaseStatus.Error, DatabaseReason.StateDiskFull, $"No room left in the state directory: {io.Message}", "free some space"),
        SqliteException { SqliteErrorCode: (int)SqliteCode.Full } books => new(DatabaseStatus.Error, DatabaseReason.StateDiskFull, $"No room left in the state directory for the books: {books.Message}", "free some space"),
        LitestreamException { Hint: var hint } => new(DatabaseStatus.Error, DatabaseReason.Other, error.Message, hint),
        _ => new(DatabaseStatus.Error, DatabaseReason.Other, $"{path}: {error.GetType().Name}: {error.Message}"),
    };

    private static CaptureException OfSqlite(SqliteErrorException error, string path) => error.Primary switch
    {
        SqliteCode.Busy or SqliteCode.Locked or SqliteCode.Protocol => new(DatabaseStatus.Waiting, DatabaseReason.Locked,
            error.Message, "an application holds it (locking_mode=EXCLUSIVE, or a long transaction in rollback mode); tried again by itself"),
        SqliteCode.Corrupt => new(DatabaseStatus.Error, DatabaseReason.Corrupt, error.Message, $"restore it, or repair {path} with sqlite3's .recover"),
        SqliteCode.NotADatabase => new(DatabaseStatus.Error, DatabaseReason.NotADatabase, error.Message, "it is something else, or encrypted"),
        SqliteCode.Full or SqliteCode.IoError when error.Primary == SqliteCode.Full || error.Code == NoRoomForSharedMemory => new(DatabaseStatus.Error, DatabaseReason.DatabaseDiskFull, error.Message, "free some space beside the database"),
        SqliteCode.CannotOpen or SqliteCode.Permission or SqliteCode.ReadOnly => new(DatabaseStatus.Error, DatabaseReason.Permission,
            error.Message, "the agent needs to read and write the file, and to create -wal and -shm in its directory"),
        _ => new(DatabaseStatus.Error, DatabaseReason.Other, error.Message),
    };
}
