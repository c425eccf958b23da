using System.Runtime.InteropServices;
using System.Text;

namespace Litestream.Sqlite;

/// <summary>
/// One raw connection of the engine. Belongs to its database's owner: used by one thread at a time, and its file handles are read only
/// while no statement runs on it (older builds read by lseek + read). Never retries and never sleeps on SQLITE_BUSY: the caller decides.
/// Never checkpoints when it closes, unless told so.
/// </summary>
internal sealed unsafe class EngineConnection : IDisposable
{
    /// <summary>SQLite's numbers for them.</summary>
    private const int LockExclusive = 4, SyncNormal = 2;

    private static readonly byte[] Main = "main\0"u8.ToArray();

    private nint _db;

    private EngineConnection(nint db, string path) => (_db, Path) = (db, path);

    public string Path { get; }

    /// <summary>SQLite's own, for calls that take two connections.</summary>
    public nint Handle => _db;

    /// <summary>Opens an existing database for reading and writing. Reads nothing but its header, creates nothing, takes no lock.</summary>
    public static EngineConnection Open(string path)
    {
        // An application in this process may have switched the shared cache on: two connections of one would be one, and could not take turns.
        var code = NativeSqlite.Open(path, out var db, NativeSqlite.OpenReadWrite | NativeSqlite.OpenNoMutex | NativeSqlite.OpenPrivateCache, 0);
        var connection = new EngineConnection(db, path);
        if (code != NativeSqlite.Ok)
        {
            connection.Dispose();
            throw connection.Error("opening", code);
        }
        _ = NativeSqlite.ExtendedResultCodes(db, 1);
        _ = NativeSqlite.AutoCheckpoint(db, 0);
        connection.CheckpointOnClose(false);
        return connection;
    }

    /// <summary>
    /// The same, of the file that was looked at and no other. SQLite goes by the name, and through a symbolic link that was put there since, to a database that
    /// nobody meant: null then, and nothing was done to that one.
    /// </summary>
    public static EngineConnection? TryOpen(string path, FileStat looked)
    {
        var connection = Open(path);
        var file = connection.File(NativeSqlite.FileControlFilePointer);
        if (FileStat.IsSameFile(looked, FileStat.Of(path)) && (file is null || !SharedLock.IsOfAnother(file, looked)))
            return connection;
        connection.Dispose();
        return null;
    }

    public bool IsReadOnly
    {
        get
        {
            fixed (byte* main = Main)
                return NativeSqlite.IsReadOnly(_db, main) != 0;
        }
    }

    /// <summary>Whether closing this connection as the last one checkpoints and removes the WAL, as SQLite does by default.</summary>
    public void CheckpointOnClose(bool on)
    {
        int result;
        _ = NativeSqlite.ConfigureDatabase(_db, NativeSqlite.DbConfigNoCheckpointOnClose, on ? 0 : 1, &result);
    }

    /// <summary>Runs statements, ignoring rows. <paramref name="sql"/> ends with a zero byte.</summary>
    public void Execute(ReadOnlySpan<byte> sql)
    {
        var code = TryExecute(sql);
        if (code != NativeSqlite.Ok)
            throw Error(Encoding.UTF8.GetString(sql[..^1]) + " on", code);
    }

    /// <summary>As <see cref="Execute"/>, but answers SQLite's extended result code.</summary>
    public int TryExecute(ReadOnlySpan<byte> sql)
    {
        fixed (byte* text = sql)
            return NativeSqlite.Execute(_db, text, 0, 0, 0);
    }

    /// <summary>First column of the first row as text; null when there is none. <paramref name="sql"/> ends with a zero byte.</summary>
    public string? QueryText(ReadOnlySpan<byte> sql)
    {
        nint statement;
        int code;
        fixed (byte* text = sql)
            code = NativeSqlite.Prepare(_db, text, sql.Length, out statement, 0);
        if (code != NativeSqlite.Ok)
            throw Error(Encoding.UTF8.GetString(sql[..^1]) + " on", code);
        try
        {
            code = NativeSqlite.Step(statement);
            if (code is not (NativeSqlite.Row or NativeSqlite.Done))
                throw Error(Encoding.UTF8.GetString(sql[..^1]) + " on", code);
            return code == NativeSqlite.Row ? Marshal.PtrToStringUTF8((nint)NativeSqlite.ColumnText(statement, 0)) : null;
        }
        finally
        {
            _ = NativeSqlite.Finalize(statement);
        }
    }

    /// <summary>Begins a read transaction: from here on nothing behind this moment can be backfilled, and what is not backfilled cannot be reset.</summary>
    public void BeginMark()
    {
        Execute("BEGIN\0"u8);
        var code = TryExecute("PRAGMA schema_version\0"u8);
        if (code == NativeSqlite.Ok)
            return;
        var error = Error("taking a read mark on", code);
        EndTransaction();
        throw error;
    }

    /// <summary>Ends whatever transaction is open; harmless when none is.</summary>
    public void EndTransaction() => TryExecute("ROLLBACK\0"u8);

    /// <summary>Tries once to become the writer. False when somebody else is.</summary>
    public bool TryBeginImmediate()
    {
        var code = TryExecute("BEGIN IMMEDIATE\0"u8);
        if (code == NativeSqlite.Ok)
            return true;
        return (SqliteCode)(code & 0xff) is SqliteCode.Busy or SqliteCode.Locked ? false : throw Error("taking the writer lock of", code);
    }

    /// <summary>
    /// Tries to become the one who may write, in rollback mode: others read on and never notice. Rolls back what a killed writer left, for which
    /// readers must end. False when somebody does not within <paramref name="patienceMs"/>.
    /// </summary>
    public bool TryBeginWrite(int patienceMs)
    {
        Execute(Encoding.UTF8.GetBytes($"PRAGMA busy_timeout={patienceMs}\0"));
        return TryBeginImmediate();
    }

    /// <summary>
    /// After <see cref="TryBeginWrite"/>: keeps readers out as soon as none is in. While it waits, others may begin. False when one does not end
    /// within <paramref name="patienceMs"/>.
    /// </summary>
    /// <param name="opened">The file.</param>
    /// <param name="patienceMs">How long to wait.</param>
    /// <param name="insists">Nobody begins meanwhile: for readers that overlap without end.</param>
    public bool TryShutOut(FileStat opened, int patienceMs, bool insists)
    {
        var file = File(NativeSqlite.FileControlFilePointer);
        if (file is null)
            return false;
        var until = Environment.TickCount64 + patienceMs;
        while (true)
        {
            if (insists)
                SharedLock.HoldUp(file, opened, on: true);
            if (SharedLock.TryShutOut(file, opened) ?? file->Methods->Lock(file, LockExclusive) == NativeSqlite.Ok)
                break;
            if (Environment.TickCount64 >= until)
            {
                SharedLock.HoldUp(file, opened, on: false);
                return false;
            }
            Thread.Sleep(1);
        }
        SharedLock.HoldUp(file, opened, on: false);
        return true;
    }

    /// <summary>Readers may begin again, nobody else may write yet. Where locks are not ours to handle they wait for the end of the transaction.</summary>
    public void LetIn(FileStat opened)
    {
        var file = File(NativeSqlite.FileControlFilePointer);
        if (file is not null)
            SharedLock.LetIn(file, opened);
    }

    /// <summary>A process that reads from the file <paramref name="opened"/>; 0 when there is none, or none that can be told.</summary>
    public int ReaderOf(FileStat opened)
    {
        var file = File(NativeSqlite.FileControlFilePointer);
        return file is null ? 0 : SharedLock.HolderElsewhere(file, opened);
    }

    /// <summary>Writes to the database file itself, past SQLite's cache. Only after <see cref="TryShutOut"/>, and with a journal.</summary>
    public void WriteDatabase(long offset, ReadOnlySpan<byte> bytes)
    {
        var file = File(NativeSqlite.FileControlFilePointer);
        int code;
        fixed (byte* source = bytes)
            code = file is null ? (int)SqliteCode.IoError : file->Methods->Write(file, source, bytes.Length, offset);
        if (code != NativeSqlite.Ok)
            throw Error("writing", code);
    }

    /// <summary>As <see cref="WriteDatabase"/>: cuts the file.</summary>
    public void TruncateDatabase(long length)
    {
        var file = File(NativeSqlite.FileControlFilePointer);
        var code = file is null ? (int)SqliteCode.IoError : file->Methods->Truncate(file, length);
        if (code != NativeSqlite.Ok)
            throw Error("cutting", code);
    }

    /// <summary>
    /// Whether somebody else is connected to the file <paramref name="opened"/>: asks the kernel who holds SQLite's SHARED lock, without taking
    /// any. Null when that cannot be told: it never is of an application in this very process. <see cref="TryBeginExclusive"/> finds out then.
    /// </summary>
    public bool? IsOpenElsewhere(FileStat opened)
    {
        var file = File(NativeSqlite.FileControlFilePointer);
        return file is null ? null : SharedLock.IsHeldElsewhere(file, opened);
    }

    /// <summary>The file that this connection holds, wherever its name went; null when it cannot be told.</summary>
    public FileStat? HeldFile(FileStat opened)
    {
        var file = File(NativeSqlite.FileControlFilePointer);
        return file is null ? null : SharedLock.Stat(file, opened);
    }

    /// <summary>
    /// Tries to become the only connection: exclusive locking mode, and a write transaction in it. When another connection is open, false, and
    /// the locking mode is normal again.
    /// </summary>
    public bool TryBeginExclusive()
    {
        Execute("PRAGMA locking_mode=EXCLUSIVE\0"u8);
        if (TryBeginImmediate())
            return true;
        ReleasePendingLock();
        Execute("PRAGMA locking_mode=NORMAL\0"u8);
        return false;
    }

    /// <summary>Lets others in again. SQLite gives the exclusive lock back only at the end of the next transaction in normal locking mode.</summary>
    public void EndExclusive()
    {
        EndTransaction();
        Execute("PRAGMA locking_mode=NORMAL\0"u8);
        BeginMark();
        EndTransaction();
    }

    /// <summary>
    /// A failed try for the exclusive lock leaves SQLite's PENDING lock on the file in WAL mode, for as long as the connection lives: nobody else
    /// could connect any more. Goes back to the SHARED lock that the pager believes to hold.
    /// </summary>
    private void ReleasePendingLock()
    {
        const int lockShared = 1;
        var file = File(NativeSqlite.FileControlFilePointer);
        if (file is not null)
            _ = file->Methods->Unlock(file, lockShared);
    }

    /// <summary>
    /// Tries once for SQLite's EXCLUSIVE lock, past the pager: nothing is read, no WAL is opened. Kept until the connection is closed, and closed it must be,
    /// without another word. False when anybody else has read from the file, in this process or another.
    /// </summary>
    public bool TryHoldShut()
    {
        const int lockNone = 0, lockShared = 1;
        var file = File(NativeSqlite.FileControlFilePointer);
        if (file is null)
            return false;
        if (file->Methods->Lock(file, lockShared) == NativeSqlite.Ok && file->Methods->Lock(file, LockExclusive) == NativeSqlite.Ok)
            return true;
        // What a try that failed leaves keeps others out.
        _ = file->Methods->Unlock(file, lockNone);
        return false;
    }

    /// <summary>A checkpoint that waits for nobody. False when another checkpointer is at work.</summary>
    public bool TryCheckpoint(int mode, out CheckpointResult result)
    {
        int code, log, done;
        fixed (byte* main = Main)
            code = NativeSqlite.Checkpoint(_db, main, mode, out log, out done);
        result = new(log, done);
        if ((SqliteCode)(code & 0xff) is SqliteCode.Busy or SqliteCode.Locked)
            return false;
        return code == NativeSqlite.Ok ? true : throw Error("checkpointing", code);
    }

    /// <summary>The shared memory through which SQLite's connections agree on what is committed.</summary>
    public WalIndex WalIndex => new(File(NativeSqlite.FileControlFilePointer));

    /// <summary>Reads from the database file. Behind its end the buffer is zero-filled; returns false then.</summary>
    public bool ReadDatabase(long offset, Span<byte> buffer) => Read(NativeSqlite.FileControlFilePointer, offset, buffer, "reading");

    /// <summary>Reads from the WAL. Behind its end the buffer is zero-filled; returns false then.</summary>
    public bool ReadWal(long offset, Span<byte> buffer) => Read(NativeSqlite.FileControlJournalPointer, offset, buffer, "reading the WAL of");

    /// <summary>Length of the database file in bytes.</summary>
    public long DatabaseLength()
    {
        var file = File(NativeSqlite.FileControlFilePointer);
        long size = 0;
        var code = file is null ? (int)SqliteCode.IoError : file->Methods->FileSize(file, &size);
        return code == NativeSqlite.Ok ? size : throw Error("reading the size of", code);
    }

    /// <summary>Length of the WAL file in bytes; 0 when there is none.</summary>
    public long WalLength()
    {
        var file = File(NativeSqlite.FileControlJournalPointer);
        long size = 0;
        return file is not null && file->Methods->FileSize(file, &size) == NativeSqlite.Ok ? size : 0;
    }

    /// <summary>fsync of the database file through SQLite's own handle.</summary>
    public void SyncDatabase() => Sync(File(NativeSqlite.FileControlFilePointer) is var file && file is null ? (int)SqliteCode.IoError : file->Methods->Sync(file, SyncNormal));

    /// <summary>The same of the WAL; there is none in rollback mode.</summary>
    public void SyncWal() => Sync(File(NativeSqlite.FileControlJournalPointer) is var file && file is null ? NativeSqlite.Ok : file->Methods->Sync(file, SyncNormal));

    public void Dispose()
    {
        if (_db != 0)
            _ = NativeSqlite.Close(_db);
        _db = 0;
    }

    private void Sync(int code)
    {
        if (code != NativeSqlite.Ok)
            throw Error("syncing", code);
    }

    private bool Read(int which, long offset, Span<byte> buffer, string doing)
    {
        const int shortRead = 522;
        var file = File(which);
        if (file is null)
            throw Error(doing, (int)SqliteCode.IoError);
        int code;
        fixed (byte* target = buffer)
            code = file->Methods->Read(file, target, buffer.Length, offset);
        return code switch
        {
            NativeSqlite.Ok => true,
            shortRead => false,
            _ => throw Error(doing, code),
        };
    }

    /// <summary>SQLite's handle of the database or its WAL; null while it is not open (the WAL before the first read, or outside WAL mode).</summary>
    private SqliteFile* File(int which)
    {
        SqliteFile* file = null;
        fixed (byte* main = Main)
        {
            if (NativeSqlite.FileControl(_db, main, which, &file) != NativeSqlite.Ok)
                return null;
        }
        return file is null || file->Methods is null ? null : file;
    }

    /// <summary>What SQLite says about the call that just failed on this connection.</summary>
    public SqliteErrorException Error(string doing, int code)
    {
        var message = _db != 0 && NativeSqlite.ExtendedErrorCode(_db) == code ? NativeSqlite.ErrorMessage(_db) : NativeSqlite.ErrorString(code);
        return new(doing, Path, code, Marshal.PtrToStringUTF8((nint)message) ?? "unknown error");
    }
}
