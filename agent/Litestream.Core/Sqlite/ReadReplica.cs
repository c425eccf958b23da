using System.Buffers;

namespace Litestream.Sqlite;

/// <summary>
/// A database that others read while we change its pages, transaction by transaction: under SQLite's own locks, with SQLite's own journal. A reader
/// sees all of a change or nothing of it, whatever happens to us in between. One thread at a time.
/// <para>
/// Readers are kept out only while pages are written to memory, not while anything goes to the disk. The journal is complete before that; after it readers
/// may come back while the journal still stands, as nobody takes a journal for a dead writer's while RESERVED is held. A crash up to the end of the journal
/// takes the change back, and the next to open the file sees the state before.
/// </para>
/// </summary>
internal sealed class ReadReplica : IDisposable
{
    /// <summary>Pages that are in memory before readers are kept out; of more the rest is read meanwhile.</summary>
    private const int ReadyBytes = 4 * 1024 * 1024;

    /// <summary>SQLite's own writing takes less than 128 KiB at a time, and a multiple of that for nothing at all.</summary>
    private const int RunBytes = 64 * 1024;

    private readonly EngineConnection _connection;
    private readonly FileStat _opened;
    private readonly string _path;
    private readonly Action _flushDirectory;

    private ReadReplica(EngineConnection connection, FileStat opened, string path, Action flushDirectory) =>
        (_connection, _opened, _path, _flushDirectory) = (connection, opened, path, flushDirectory);

    public int PageSize { get; private set; }

    /// <summary>Size in pages.</summary>
    public uint PageCount { get; private set; }

    /// <summary>What the last change left in its header; null when somebody else wrote to it, or it was never ours.</summary>
    public uint? Stamp { get; private set; }

    /// <summary>Somebody made it one in WAL mode.</summary>
    public bool IsWal { get; private set; }

    /// <summary>What its header counts changes by, ours or not.</summary>
    public uint ChangeCounter { get; private set; }

    /// <summary>Opens it, rolling back what a killed predecessor left. Null while readers do not let us.</summary>
    /// <param name="path">Of the database.</param>
    /// <param name="patienceMs">How long to wait for readers.</param>
    /// <param name="flushDirectory">Makes names in the database's folder durable.</param>
    /// <exception cref="LitestreamException">It is no read replica of ours, or somebody wrote to it.</exception>
    public static ReadReplica? TryOpen(string path, int patienceMs, Action flushDirectory)
    {
        var replica = Open(path, flushDirectory);
        try
        {
            if (replica.TryBegin(patienceMs))
            {
                replica.End();
                _ = replica.RequireOurs();
                return replica;
            }
        }
        catch
        {
            replica.Dispose();
            throw;
        }
        replica.Dispose();
        return null;
    }

    /// <summary>Opens whatever database stands there; nothing is known of it before <see cref="TryBegin"/>.</summary>
    public static ReadReplica Open(string path, Action flushDirectory)
    {
        var connection = EngineConnection.Open(path);
        return new(connection, FileStat.Of(path) ?? default, path, flushDirectory);
    }

    /// <summary>
    /// From here on nobody else writes, and what it is is known. Readers read on, and begin. False when another writes, or what a killed writer left cannot
    /// be rolled back for a reader, longer than <paramref name="patienceMs"/>.
    /// </summary>
    public bool TryBegin(int patienceMs)
    {
        if (!_connection.TryBeginWrite(patienceMs))
            return false;
        try
        {
            Look();
            return true;
        }
        catch
        {
            End();
            throw;
        }
    }

    /// <summary>What stands at the path, if it is the file that was begun with.</summary>
    public FileStat? StandsAt() => FileStat.Of(_path) is { } there && there.IsSameFile(_opened) ? there : null;

    /// <summary>A process that reads now; 0 when there is none that can be told.</summary>
    public int Reader => _connection.ReaderOf(_opened);

    /// <summary>It looks like ours, before anything of it is locked or changed.</summary>
    public bool LooksOurs()
    {
        Span<byte> bytes = stackalloc byte[DatabaseHeader.SizeBytes];
        return _connection.ReadDatabase(0, bytes) && DatabaseHeader.TryParse(bytes, out _) && ReadReplicaHeader.Read(bytes) is not null;
    }

    /// <summary>Makes a database in WAL mode one in rollback mode. False while another program has it open.</summary>
    public bool TryLeaveWal()
    {
        try
        {
            return _connection.QueryText("PRAGMA journal_mode=DELETE\0"u8) == "delete";
        }
        catch (SqliteErrorException e) when (e.IsBusy)
        {
            return false;
        }
    }

    /// <summary>Reads a page as it is now: nobody but us changes it.</summary>
    public bool ReadPage(uint pgno, Span<byte> page) => pgno <= PageCount && _connection.ReadDatabase((pgno - 1L) * PageSize, page);

    /// <summary>
    /// Makes a batch of pages the next state. False, with nothing changed, when a reader does not end within <paramref name="patienceMs"/>.
    /// After an exception the journal is still there, and the next who opens the database rolls back.
    /// </summary>
    /// <param name="batch">Page 1 may be among them.</param>
    /// <param name="pageCount">Size of the database afterwards, in pages.</param>
    /// <param name="stamp">What its header has afterwards: another than any reader can have seen.</param>
    /// <param name="patienceMs">Of the wait.</param>
    public bool TryApply(PageBatch batch, uint pageCount, uint stamp, int patienceMs)
    {
        var stood = RequireOurs();
        if (!TryBegin(patienceMs))
            return false;
        try
        {
            if (RequireOurs() != stood)
                throw new LitestreamException($"{_path}: another litestream restore -f moved it meanwhile", hint: "stop that one, or choose another output");
            return TryCommit(batch, pageCount, stamp, patienceMs, insists: true);
        }
        finally
        {
            End();
        }
    }

    /// <summary>The same after <see cref="TryBegin"/>, whoever wrote to it before.</summary>
    /// <param name="batch">Page 1 may be among them.</param>
    /// <param name="pageCount">Size of the database afterwards, in pages.</param>
    /// <param name="stamp">What its header has afterwards.</param>
    /// <param name="patienceMs">Of the wait.</param>
    /// <param name="insists">No reader begins while those that are in are waited for.</param>
    public bool TryCommit(PageBatch batch, uint pageCount, uint stamp, int patienceMs, bool insists)
    {
        if (!batch.Pgnos.Contains(1u))
            AddFirstPage(batch);
        using var journal = RollbackJournal.Create(_path, PageSize, PageCount);
        Remember(journal, batch, pageCount);
        journal.Seal();
        if (journal.IsNew)
            _flushDirectory();
        // All that can be made ready is, before anybody is kept out.
        var pages = ArrayPool<byte>.Shared.Rent(Math.Max(PageSize, ReadyBytes));
        try
        {
            var ready = Math.Min(batch.Pgnos.Count, pages.Length / PageSize);
            batch.Read(0, pages.AsSpan(0, ready * PageSize));
            if (!_connection.TryShutOut(_opened, patienceMs, insists))
            {
                journal.Commit();
                return false;
            }
            Write(batch, stamp, pages, ready);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pages);
        }
        _connection.TruncateDatabase((long)pageCount * PageSize);
        _connection.LetIn(_opened);
        _connection.SyncDatabase();
        journal.Commit();
        (PageCount, Stamp, ChangeCounter) = (pageCount, stamp, stamp);
        return true;
    }

    /// <summary>Between <see cref="TryCommit"/> and <see cref="End"/>: an empty journal does nothing, but people wonder.</summary>
    public void RemoveJournal() => File.Delete(DatabaseFiles.JournalOf(_path));

    /// <summary>Ends what <see cref="TryBegin"/> began.</summary>
    public void End() => _connection.EndTransaction();

    public void Dispose() => _connection.Dispose();

    private uint RequireOurs() => Stamp ?? throw new LitestreamException(
        $"{_path}: it is no read replica that -f made, or somebody wrote to it",
        hint: "choose another output, or -force to restore it anew; readers should open a read replica read-only");

    private void Look()
    {
        Span<byte> bytes = stackalloc byte[DatabaseHeader.SizeBytes];
        if (!_connection.ReadDatabase(0, bytes) || !DatabaseHeader.TryParse(bytes, out var header))
            throw new LitestreamException($"{_path}: expected a database, found something else", hint: "choose another output, or -force to restore it anew");
        Stamp = ReadReplicaHeader.Read(bytes);
        ChangeCounter = ReadReplicaHeader.CounterOf(bytes);
        (PageSize, IsWal) = (header.PageSize, header.IsWal);
        PageCount = (uint)(_connection.DatabaseLength() / header.PageSize);
    }

    /// <summary>It has the stamp, so it is part of every change.</summary>
    private void AddFirstPage(PageBatch batch)
    {
        var page = new byte[PageSize];
        _connection.ReadDatabase(0, page);
        batch.Add(1, page);
    }

    /// <summary>Into the file as others see it at once; the disk follows. Neighbours go in one call.</summary>
    /// <param name="batch">What to write.</param>
    /// <param name="stamp">For page 1.</param>
    /// <param name="pages">The first <paramref name="ready"/> pages, and room for as many of the others at a time.</param>
    /// <param name="ready">At least 1.</param>
    private void Write(PageBatch batch, uint stamp, byte[] pages, int ready)
    {
        var mostAtOnce = RunBytes / PageSize;
        for (var begun = 0; begun < batch.Pgnos.Count; begun += ready)
        {
            var count = Math.Min(ready, batch.Pgnos.Count - begun);
            if (begun > 0)
                batch.Read(begun, pages.AsSpan(0, count * PageSize));
            for (int first = 0, next; first < count; first = next)
            {
                var pgno = batch.Pgnos[begun + first];
                for (next = first + 1; next < count && next - first < mostAtOnce && batch.Pgnos[begun + next] == pgno + (next - first); next++)
                {
                }
                var run = pages.AsSpan(first * PageSize, (next - first) * PageSize);
                if (pgno == 1)
                    ReadReplicaHeader.Write(run, stamp);
                _connection.WriteDatabase((pgno - 1L) * PageSize, run);
            }
        }
    }

    /// <summary>What will be overwritten or cut off.</summary>
    private void Remember(RollbackJournal journal, PageBatch batch, uint pageCount)
    {
        var page = new byte[PageSize];
        var overwritten = batch.Pgnos.Where(pgno => pgno <= Math.Min(PageCount, pageCount));
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
