namespace Litestream.Sqlite;

/// <summary>
/// The wal-index of a connection: SQLite's shared memory with its locks, through SQLite's own handle of the database. To be used while that
/// connection is open; on the thread that owns it.
/// </summary>
internal readonly unsafe struct WalIndex
{
    private const int AsReader = 4, Alone = 8;

    /// <summary>WAL_WRITE_LOCK and WAL_CKPT_LOCK.</summary>
    private const int WriteLock = 0, CheckpointLock = 1;

    /// <summary>Of every SQLite since 3.7.0, and one that none will ever have.</summary>
    private const uint Format = 3007000, ShutFormat = 0x4c534d56;

    private readonly SqliteFile* _database;

    /// <param name="database">Null: there is no wal-index.</param>
    public WalIndex(SqliteFile* database) => _database = database;

    /// <summary>A consistent copy of the header; null before the first read, or when the database is not in WAL mode.</summary>
    public WalIndexHeader? Read()
    {
        var mapping = Map();
        if (mapping is null)
            return null;
        // A writer needs microseconds between its two copies; one that died there leaves them torn until the next recovery.
        for (var i = 0; i < 1000; i++)
        {
            if (WalIndexHeader.TryRead(mapping, out var header))
                return header;
            Thread.SpinWait(50);
        }
        return null;
    }

    /// <summary>Somebody writes at this moment, or waits for readers as one who may. Asked without a read mark of one's own, for which that one would have to wait, too.</summary>
    public bool IsBeingWritten() => IsHeld(WriteLock);

    /// <summary>Somebody is checkpointing at this moment, or waits for readers in order to.</summary>
    public bool IsCheckpointRunning() => IsHeld(CheckpointLock);

    /// <summary>
    /// Sets an unused read mark to <paramref name="mxFrame"/> and lets it go, as any reader may that finds none there (walTryBeginRead). Of several marks
    /// at mxFrame SQLite takes the last, so it is one behind those; the next <see cref="EngineConnection.BeginMark"/> takes it. Only while a mark of ours
    /// keeps the generation.
    /// </summary>
    public void OfferMark(uint mxFrame)
    {
        const int readMarks = 100, count = 5, firstReadLock = 3;
        const uint unused = uint.MaxValue;
        var mapping = Map();
        if (mapping is null)
            return;
        var marks = (uint*)(mapping + readMarks);
        var last = new ReadOnlySpan<uint>(marks, count).LastIndexOf(mxFrame);
        for (var mark = Math.Max(last, 0) + 1; mark < count; mark++)
        {
            if (Volatile.Read(ref marks[mark]) != unused || !TryLock(firstReadLock + mark, Alone))
                continue;
            Volatile.Write(ref marks[mark], mxFrame);
            Unlock(firstReadLock + mark, Alone);
            return;
        }
    }

    /// <summary>
    /// Nobody who is connected, or connects while somebody is, begins anything any more: SQLite refuses a wal-index of a format that it does not know, before it looks at
    /// anything else (walIndexReadHdr: SQLITE_CANTOPEN). It lasts as long as anybody has the database open, whoever dies. Only under the writer lock: nobody else writes there.
    /// </summary>
    /// <returns>False: there is none to be shut.</returns>
    public bool Shut() => SetFormat(Map(), ShutFormat);

    /// <summary>Takes <see cref="Shut"/> back; by whoever shut it.</summary>
    public bool Unshut() => SetFormat(Map(), Format);

    /// <summary>It is one that was <see cref="Shut"/>.</summary>
    public bool IsShut => Map() is var mapping && mapping is not null && WalIndexHeader.TryRead(mapping, out _) && *(uint*)mapping == ShutFormat;

    /// <summary>As SQLite writes it: the second copy first, so that a reader in between sees that they differ.</summary>
    private static bool SetFormat(byte* mapping, uint format)
    {
        if (mapping is null || !WalIndexHeader.TryRead(mapping, out _))
            return false;
        var header = new Span<byte>(mapping, WalIndexHeader.CopyBytes).ToArray();
        WalIndexHeader.Seal(header, format);
        header.CopyTo(new Span<byte>(mapping + WalIndexHeader.CopyBytes, WalIndexHeader.CopyBytes));
        Thread.MemoryBarrier();
        header.CopyTo(new Span<byte>(mapping, WalIndexHeader.CopyBytes));
        Thread.MemoryBarrier();
        return true;
    }

    /// <summary>The first 32 KiB; null before the first read, or when the database is not in WAL mode.</summary>
    private byte* Map()
    {
        const int regionBytes = 32768;
        void* mapping = null;
        var isMapped = _database is not null && _database->Methods->Version >= 2 && _database->Methods->ShmMap(_database, 0, regionBytes, 0, &mapping) == NativeSqlite.Ok;
        return isMapped ? (byte*)mapping : null;
    }

    private bool IsHeld(int which)
    {
        if (Map() is null)
            return false;
        if (!TryLock(which, AsReader))
            return true;
        Unlock(which, AsReader);
        return false;
    }

    private bool TryLock(int which, int how)
    {
        const int take = 2;
        return _database->Methods->ShmLock(_database, which, 1, take | how) == NativeSqlite.Ok;
    }

    private void Unlock(int which, int how)
    {
        const int release = 1;
        _ = _database->Methods->ShmLock(_database, which, 1, release | how);
    }
}
