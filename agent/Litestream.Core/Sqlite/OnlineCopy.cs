namespace Litestream.Sqlite;

/// <summary>
/// Makes a database in use the copy of another one: SQLite's backup, one write transaction of the target from <see cref="TryLock"/> to the last page.
/// Others read on and see all of it or nothing; whoever dies in between leaves frames that were never committed, or a journal that is rolled back.
/// Page 1 is not copied byte for byte: SQLite counts the schema up, so that everybody reads it anew. One thread at a time.
/// </summary>
internal sealed unsafe class OnlineCopy : IDisposable
{
    private static readonly byte[] Main = "main\0"u8.ToArray();

    private readonly EngineConnection _target;
    private nint _backup;

    private OnlineCopy(EngineConnection target, nint backup) => (_target, _backup) = (target, backup);

    /// <summary>Touches nothing yet. Neither connection has a transaction or is used until this is disposed.</summary>
    public static OnlineCopy Of(EngineConnection source, EngineConnection target)
    {
        // SQLite refuses this where the schema is broken, which is a reason to restore: it is flushed after the commit in any case.
        _ = target.TryExecute("PRAGMA synchronous=FULL\0"u8);
        nint backup;
        fixed (byte* main = Main)
            backup = NativeSqlite.BackupInit(target.Handle, main, source.Handle, main);
        return backup != 0 ? new(target, backup) : throw target.Error("restoring into", NativeSqlite.ExtendedErrorCode(target.Handle));
    }

    /// <summary>The target has the new state, whatever failed since.</summary>
    public bool IsCommitted { get; private set; }

    /// <summary>Pages of the source; 0 before <see cref="TryLock"/>.</summary>
    public int PageCount => NativeSqlite.BackupPageCount(_backup);

    public int PagesDone => PageCount - NativeSqlite.BackupRemaining(_backup);

    /// <summary>Tries once to become the only writer of the target. False when another writes, or keeps everybody out.</summary>
    public bool TryLock()
    {
        var code = NativeSqlite.BackupStep(_backup, 0);
        return (SqliteCode)(code & 0xff) switch
        {
            SqliteCode.Ok => true,
            SqliteCode.Busy or SqliteCode.Locked => false,
            _ => throw Failed(code),
        };
    }

    /// <summary>After <see cref="TryLock"/>. True when that was all, committed, and on the disk.</summary>
    public bool Copy(int pages)
    {
        var code = NativeSqlite.BackupStep(_backup, pages);
        if (code is not (NativeSqlite.Ok or NativeSqlite.Done))
            throw Failed(code);
        IsCommitted = code == NativeSqlite.Done;
        if (IsCommitted)
            _target.SyncWal();
        return IsCommitted;
    }

    /// <summary>What was not committed is taken back.</summary>
    public void Dispose()
    {
        if (_backup != 0)
            _ = NativeSqlite.BackupFinish(_backup);
        _backup = 0;
    }

    private SqliteErrorException Failed(int code) => _target.Error("restoring into", code);
}
