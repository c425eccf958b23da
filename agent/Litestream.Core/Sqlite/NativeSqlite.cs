using System.Runtime.InteropServices;

namespace Litestream.Sqlite;

/// <summary>
/// The calls the engine makes to SQLite. The library name is SQLitePCLRaw's, so that both always reach the same copy:
/// two copies in one process would drop each other's POSIX locks.
/// </summary>
internal static unsafe partial class NativeSqlite
{
    private const string Library = "e_sqlite3";

    public const int Ok = 0;
    public const int Row = 100;
    public const int Done = 101;
    public const int OpenReadWrite = 0x2;
    public const int OpenNoMutex = 0x8000;
    public const int OpenPrivateCache = 0x40000;
    public const int ConfigMemoryStatus = 9;
    public const int ConfigPageCache = 7;
    public const int ConfigLookaside = 13;
    public const int DbConfigNoCheckpointOnClose = 1006;
    public const int FileControlFilePointer = 7;
    public const int FileControlJournalPointer = 28;
    public const int CheckpointPassive = 0;
    public const int CheckpointTruncate = 3;

    /// <summary>Address of the text that is part of the library.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_libversion")]
    public static partial nint LibraryVersion();

    [LibraryImport(Library, EntryPoint = "sqlite3_open_v2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, out nint db, int flags, nint vfs);

    [LibraryImport(Library, EntryPoint = "sqlite3_close_v2")]
    public static partial int Close(nint db);

    [LibraryImport(Library, EntryPoint = "sqlite3_extended_result_codes")]
    public static partial int ExtendedResultCodes(nint db, int on);

    [LibraryImport(Library, EntryPoint = "sqlite3_extended_errcode")]
    public static partial int ExtendedErrorCode(nint db);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    public static partial byte* ErrorMessage(nint db);

    [LibraryImport(Library, EntryPoint = "sqlite3_errstr")]
    public static partial byte* ErrorString(int code);

    [LibraryImport(Library, EntryPoint = "sqlite3_exec")]
    public static partial int Execute(nint db, byte* sql, nint callback, nint argument, nint error);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v2")]
    public static partial int Prepare(nint db, byte* sql, int length, out nint statement, nint tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_text")]
    public static partial byte* ColumnText(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    public static partial int Finalize(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_file_control")]
    public static partial int FileControl(nint db, byte* schema, int operation, void* argument);

    [LibraryImport(Library, EntryPoint = "sqlite3_wal_checkpoint_v2")]
    public static partial int Checkpoint(nint db, byte* schema, int mode, out int logFrames, out int checkpointedFrames);

    [LibraryImport(Library, EntryPoint = "sqlite3_wal_autocheckpoint")]
    public static partial int AutoCheckpoint(nint db, int frames);

    [LibraryImport(Library, EntryPoint = "sqlite3_db_readonly")]
    public static partial int IsReadOnly(nint db, byte* schema);

    [LibraryImport(Library, EntryPoint = "sqlite3_backup_init")]
    public static partial nint BackupInit(nint target, byte* targetSchema, nint source, byte* sourceSchema);

    [LibraryImport(Library, EntryPoint = "sqlite3_backup_step")]
    public static partial int BackupStep(nint backup, int pages);

    [LibraryImport(Library, EntryPoint = "sqlite3_backup_remaining")]
    public static partial int BackupRemaining(nint backup);

    [LibraryImport(Library, EntryPoint = "sqlite3_backup_pagecount")]
    public static partial int BackupPageCount(nint backup);

    [LibraryImport(Library, EntryPoint = "sqlite3_backup_finish")]
    public static partial int BackupFinish(nint backup);

    // sqlite3_config and sqlite3_db_config are variadic; on Linux x64 and arm64 such a call equals a plain one with these arguments.
    [LibraryImport(Library, EntryPoint = "sqlite3_config")]
    public static partial int Configure(int option, nint a, int b, int c);

    [LibraryImport(Library, EntryPoint = "sqlite3_config")]
    public static partial int Configure(int option, int a, int b);

    [LibraryImport(Library, EntryPoint = "sqlite3_db_config")]
    public static partial int ConfigureDatabase(nint db, int option, int on, int* result);
}
