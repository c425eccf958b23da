namespace Litestream.Sqlite;

/// <summary>
/// A database that others read while we change its pages, transaction by transaction: under SQLite's own locks, with SQLite's own journal. A reader
/// sees all of a change or nothing of it, whatever happens to us in between. One thread at a time.
/// </summary>
internal sealed class ReadReplica : IDisposable
{
    private readonly EngineConnection _connection;
    private readonly string _path;
    private readonly Action _flushDirectory;

    private ReadReplica(EngineConnection connection, string path, Action flushDirectory) =>
        (_connection, _path, _flushDirectory) = (connection, path, flushDirectory);

    public int PageSize { get; private set; }

    /// <summary>Size in pages.</summary>
    public uint PageCount { get; private set; }

    /// <summary>Low half of the transaction it stands at.</summary>
    public uint LowTxid { get; private set; }

    /// <summary>Opens it, rolling back what a killed predecessor left. Null while readers do not let us.</summary>
    /// <param name="path">Of the database.</param>
    /// <param name="patienceMs">How long to wait for readers.</param>
    /// <param name="flushDirectory">Makes names in the database's folder durable.</param>
    /// <exception cref="LitestreamException">It is no read replica of ours, or somebody wrote to it.</exception>
    public static ReadReplica? TryOpen(string path, int patienceMs, Action flushDirectory)
    {
        var replica = new ReadReplica(EngineConnection.Open(path), path, flushDirectory);
        try
        {
            if (replica.TryLook(patienceMs))
                return replica;
        }
        catch
        {
            replica.Dispose();
            throw;
        }
        replica.Dispose();
        return null;
    }

    /// <summary>Reads a page as it is now: nobody but us changes it.</summary>
    public bool ReadPage(uint pgno, Span<byte> page) => pgno <= PageCount && _connection.ReadDatabase((pgno - 1L) * PageSize, page);

    /// <summary>
    /// Makes a batch of pages the next state. False, with nothing changed, when a reader does not end within <paramref name="patienceMs"/>.
    /// After an exception the journal is still there, and the next who opens the database rolls back.
    /// </summary>
    /// <param name="batch">Page 1 may be among them.</param>
    /// <param name="pageCount">Size of the database afterwards, in pages.</param>
    /// <param name="txid">What it stands at afterwards.</param>
    /// <param name="patienceMs">Meanwhile no reader begins.</param>
    public bool TryApply(PageBatch batch, uint pageCount, ulong txid, int patienceMs)
    {
        if (!_connection.TryLockOut(patienceMs))
            return false;
        try
        {
            var stood = LowTxid;
            Look();
            if (LowTxid != stood)
                throw new LitestreamException($"{_path}: another litestream restore -f moved it meanwhile", hint: "stop that one, or choose another output");
            Apply(batch, pageCount, txid);
        }
        finally
        {
            _connection.EndTransaction();
        }
        (PageCount, LowTxid) = (pageCount, (uint)txid);
        return true;
    }

    public void Dispose() => _connection.Dispose();

    private bool TryLook(int patienceMs)
    {
        if (!_connection.TryLockOut(patienceMs))
            return false;
        try
        {
            Look();
            return true;
        }
        finally
        {
            _connection.EndTransaction();
        }
    }

    private void Look()
    {
        Span<byte> bytes = stackalloc byte[DatabaseHeader.SizeBytes];
        if (!_connection.ReadDatabase(0, bytes) || !DatabaseHeader.TryParse(bytes, out var header))
            throw new LitestreamException($"{_path}: expected a database, found something else", hint: "choose another output, or -force to restore it anew");
        LowTxid = ReadReplicaHeader.Read(bytes) ?? throw new LitestreamException(
            $"{_path}: it is no read replica that -f made, or somebody wrote to it",
            hint: "choose another output, or -force to restore it anew; readers should open a read replica read-only");
        PageSize = header.PageSize;
        PageCount = (uint)(_connection.DatabaseLength() / header.PageSize);
    }

    private void Apply(PageBatch batch, uint pageCount, ulong txid)
    {
        var page = new byte[PageSize];
        using var journal = RollbackJournal.Create(_path, PageSize, PageCount);
        Remember(journal, batch, pageCount, page);
        journal.Seal();
        if (journal.IsNew)
            _flushDirectory();

        for (var i = 0; i < batch.Pgnos.Count; i++)
        {
            batch.Read(i, page);
            if (batch.Pgnos[i] == 1)
                ReadReplicaHeader.Write(page, txid);
            _connection.WriteDatabase((batch.Pgnos[i] - 1L) * PageSize, page);
        }
        if (!batch.Pgnos.Contains(1u))
        {
            _connection.ReadDatabase(0, page);
            ReadReplicaHeader.Write(page, txid);
            _connection.WriteDatabase(0, page);
        }
        _connection.TruncateDatabase((long)pageCount * PageSize);
        _connection.SyncDatabase();
        journal.Commit();
    }

    /// <summary>What will be overwritten or cut off. Page 1 changes each time.</summary>
    private void Remember(RollbackJournal journal, PageBatch batch, uint pageCount, byte[] page)
    {
        var overwritten = batch.Pgnos.Append(1u).Distinct().Where(pgno => pgno <= Math.Min(PageCount, pageCount));
        for (var pgno = pageCount + 1L; pgno <= PageCount; pgno++)
            RememberPage((uint)pgno);
        foreach (var pgno in overwritten)
            RememberPage(pgno);

        void RememberPage(uint pgno)
        {
            if (pgno == LockPage.Of(PageSize))
                return;
            _connection.ReadDatabase((pgno - 1L) * PageSize, page);
            journal.Add(pgno, page);
        }
    }
}
