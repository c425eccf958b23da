using Litestream.Sqlite;
using Microsoft.Data.Sqlite;

namespace Litestream.Replication;

/// <summary>
/// What this agent knows of its databases across restarts, in one SQLite file of the state directory. A cache: lost, it is rebuilt from the
/// replica; wrong, it is detected (a publish collides, a sum differs). What is published where is in <see cref="ReplicaBooks"/>, in the same file.
/// One connection under one lock: a write takes about 30 microseconds and is not synced (WAL, synchronous=NORMAL).
/// </summary>
internal sealed class Books : IDisposable
{
    private const int SchemaVersion = 4;
    private const int MaxPending = 500;

    /// <summary>Bits of <c>paused</c>; a version that knows the first one only takes both for it.</summary>
    private const long Paused = 1;

    private const long Released = 2;

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = [];
    private readonly List<BookEntry> _pending = [];

    private Books(SqliteConnection connection) => _connection = connection;

    /// <summary>Number of this agent instance: random, drawn once for each state directory.</summary>
    public uint Instance { get; private set; }

    /// <summary>
    /// Those of the same books on machines where they were before: a chain that one of them wrote last is no stranger's. All of them: a database may be written for the first time again
    /// when its disk was moved twice.
    /// </summary>
    public IReadOnlySet<uint> FormerInstances { get; private set; } = new HashSet<uint>();

    /// <summary>They were opened on another machine before this time: moved, or copied with it.</summary>
    public bool IsOnNewMachine { get; private set; }

    /// <summary>Opens or creates the books. Those that cannot be used are set aside, and begun anew.</summary>
    /// <param name="path">The file.</param>
    /// <param name="setAside">What was found and is not used.</param>
    /// <param name="machine">This machine (<see cref="MachineId"/>); null: not known, and not asked.</param>
    public static Books Open(string path, out SetAsideBooks? setAside, long? machine = null)
    {
        var books = OpenUsable(path, out setAside);
        if (machine is { } here)
            books.BelongTo(here);
        return books;
    }

    private static Books OpenUsable(string path, out SetAsideBooks? setAside)
    {
        setAside = null;
        try
        {
            if (TryOpen(path, out var layout) is { } books)
                return books;
            setAside = SetAsideBooks.Move(path, $"layout-{layout}", $"have layout {layout}, and this program writes layout {SchemaVersion}");
        }
        catch (SqliteException e) when ((SqliteCode)e.SqliteErrorCode is SqliteCode.Corrupt or SqliteCode.NotADatabase or SqliteCode.Error)
        {
            setAside = SetAsideBooks.Move(path, "damaged", $"are damaged ({e.Message})");
        }
        return TryOpen(path, out _)!;
    }

    /// <summary>Opens books that are there, and changes nothing about those that cannot be used: throws <see cref="LitestreamException"/>.</summary>
    public static Books OpenExisting(string path)
    {
        const string hint = "the agent's next start sets them aside and compares every database anew; there is nothing to do before";
        try
        {
            return TryOpen(path, out var layout)
                ?? throw new LitestreamException($"the books {path} have layout {layout}, and this program writes layout {SchemaVersion}", hint: hint);
        }
        catch (SqliteException e)
        {
            throw new LitestreamException($"the books {path} cannot be read: {e.Message}", e, hint);
        }
    }

    /// <summary>Null when they have another layout: a cache like any other, begun anew, and the replica tells the rest.</summary>
    private static Books? TryOpen(string path, out long layout)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        Books? books = null;
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version";
            layout = (long)command.ExecuteScalar()!;
            if (layout != 0 && layout != SchemaVersion)
                return null;
            var opened = new Books(connection);
            opened.CreateSchema();
            opened.Check();
            return books = opened;
        }
        finally
        {
            if (books is null)
                connection.Dispose();
        }
    }

    public IReadOnlyList<BookEntry> LoadAll() => Query(
        """
        SELECT name, path, created_at, paused, switched, epoch, captured, post_sum, page_size, page_count,
               salt1, salt2, frame, sum0, sum1, last_proof_at,
               rest_device, rest_inode, rest_size, rest_mtime, rest_ctime, rest_wal_inode, rest_wal_salts, labels
        FROM database
        """,
        Read);

    public void Save(BookEntry entry) => Change(() => Write(entry));

    /// <summary>What was written before is on the disk. Costs a flush: for what a power loss must not forget.</summary>
    public void Flush()
    {
        lock (_lock)
            Run("PRAGMA wal_checkpoint(PASSIVE)");
    }

    /// <summary>
    /// Remembers a registration and writes it together with what is written next: ten thousand at a start are a few transactions. A crash before
    /// that loses nothing that the next registration does not tell again.
    /// </summary>
    public void SaveSoon(BookEntry entry)
    {
        lock (_lock)
        {
            _pending.Add(entry);
            if (_pending.Count % MaxPending == 0)
                Change(() => { });
        }
    }

    /// <summary>Where a database stands is not known any more; what a person said of it is.</summary>
    public void Forget(string name) => Change(() =>
    {
        Run("UPDATE database SET captured = 0, post_sum = 0, page_size = 0, page_count = 0, salt1 = NULL, last_proof_at = NULL, rest_device = NULL, switched = 0 WHERE name = $name", ("$name", name));
        Run("DELETE FROM replica WHERE name = $name", ("$name", name));
        Run("DELETE FROM file WHERE name = $name", ("$name", name));
    });

    /// <summary>What these books know of one replica.</summary>
    public ReplicaBooks Of(string replica) => new(this, replica);

    /// <summary>Reads rows under the lock.</summary>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        lock (_lock)
        {
            using var row = Bind(sql, values).ExecuteReader();
            var rows = new List<T>();
            while (row.Read())
                rows.Add(read(row));
            return rows;
        }
    }

    /// <summary>One statement of a transaction.</summary>
    public void Run(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => Bind(sql, values).ExecuteNonQuery();

    public void Dispose()
    {
        lock (_lock)
        {
            TryWritePending();
            foreach (var command in _commands.Values)
                command.Dispose();
            _connection.Dispose();
        }
    }

    private void TryWritePending()
    {
        try
        {
            Change(() => { });
        }
        catch (SqliteException)
        {
            // A full disk must not keep the agent from ending; the next start registers again.
        }
    }

    /// <summary>
    /// One transaction, with the registrations that wait. Not the provider's transactions: on a full disk SQLite rolls back by itself, the provider's own
    /// rollback then fails, and it refuses every transaction after that.
    /// </summary>
    public void Change(Action write)
    {
        lock (_lock)
        {
            Run("BEGIN IMMEDIATE");
            try
            {
                foreach (var entry in _pending)
                    Write(entry);
                write();
                Run("COMMIT");
            }
            catch
            {
                TryRollBack();
                throw;
            }
            // Only now: a full disk must not make them forgotten.
            _pending.Clear();
        }
    }

    private void TryRollBack()
    {
        try
        {
            Run("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite did it already.
        }
    }

    private void Write(BookEntry entry)
    {
        var (position, rest) = (entry.Position, entry.Resting);
        Run("""
            INSERT OR REPLACE INTO database VALUES ($name, $path, $created_at, $paused, $switched, $epoch, $captured, $post_sum, $page_size, $page_count,
                $salt1, $salt2, $frame, $sum0, $sum1, $last_proof_at,
                $rest_device, $rest_inode, $rest_size, $rest_mtime, $rest_ctime, $rest_wal_inode, $rest_wal_salts, $labels)
            """,
            ("$name", entry.Name), ("$path", entry.Path), ("$created_at", entry.CreatedAt.ToUnixTimeMilliseconds()),
            ("$paused", (entry.IsPausedByUser ? Paused : 0) | (entry.IsReleased ? Released : 0)), ("$switched", (long)entry.SwitchedInode), ("$epoch", (long)new NodeId(entry.FormerWriter, entry.Epoch).Value), ("$captured", (long)entry.Captured.Value),
            ("$post_sum", (long)entry.PostSum), ("$page_size", entry.PageSize), ("$page_count", (long)entry.PageCount),
            ("$salt1", (long?)position?.Salts.Salt1), ("$salt2", (long?)position?.Salts.Salt2), ("$frame", (long?)position?.Frame),
            ("$sum0", (long?)position?.Checksum.S0), ("$sum1", (long?)position?.Checksum.S1),
            ("$last_proof_at", entry.LastProofAt?.ToUnixTimeMilliseconds()),
            ("$rest_device", (long?)rest?.Main.Device), ("$rest_inode", (long?)rest?.Main.Inode), ("$rest_size", rest?.Main.SizeBytes),
            ("$rest_mtime", rest?.Main.MtimeNs), ("$rest_ctime", rest?.Main.CtimeNs), ("$rest_wal_inode", (long?)rest?.WalInode),
            ("$rest_wal_salts", rest is { } r ? ((long)r.WalSalts.Salt1 << 32) | r.WalSalts.Salt2 : null), ("$labels", Label.Format(entry.Labels)));
    }

    private void CreateSchema()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = $"""
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = NORMAL;
            PRAGMA user_version = {SchemaVersion};
            CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS database (
                name TEXT PRIMARY KEY, path TEXT NOT NULL, created_at INTEGER NOT NULL, paused INTEGER NOT NULL, switched INTEGER NOT NULL,
                epoch INTEGER NOT NULL, captured INTEGER NOT NULL, post_sum INTEGER NOT NULL,
                page_size INTEGER NOT NULL, page_count INTEGER NOT NULL, salt1 INTEGER, salt2 INTEGER, frame INTEGER, sum0 INTEGER, sum1 INTEGER,
                last_proof_at INTEGER,
                rest_device INTEGER, rest_inode INTEGER, rest_size INTEGER, rest_mtime INTEGER, rest_ctime INTEGER, rest_wal_inode INTEGER, rest_wal_salts INTEGER,
                labels TEXT) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS replica (
                replica TEXT NOT NULL, name TEXT NOT NULL, published INTEGER NOT NULL, last_sync_at INTEGER, due_at INTEGER, day INTEGER,
                PRIMARY KEY (replica, name)) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS file (
                replica TEXT NOT NULL, name TEXT NOT NULL, level INTEGER NOT NULL, min INTEGER NOT NULL, max INTEGER NOT NULL,
                size INTEGER NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (replica, name, level, min, max)) WITHOUT ROWID;
            """;
        command.ExecuteNonQuery();
        FormerInstances = Query("SELECT value FROM meta WHERE key = 'former' OR key LIKE 'former %'", row => (uint)row.GetInt64(0)).ToHashSet();
        if (Find("instance") is { } known)
        {
            Instance = (uint)known;
            return;
        }
        Instance = NewInstance();
        Set("instance", Instance);
    }

    /// <summary>
    /// On another machine than before they are another agent's: the machine, and these books with it, may have been copied, and both may run. Its files must not be taken
    /// for ours.
    /// </summary>
    private void BelongTo(long machine)
    {
        if (Find("machine") is not { } before)
            Change(() => Set("machine", machine));
        else if (before != machine)
        {
            var former = Instance;
            (FormerInstances, Instance, IsOnNewMachine) = (FormerInstances.Append(former).ToHashSet(), NewInstance(), true);
            Change(() =>
            {
                Set($"former {former}", former);
                Set("instance", Instance);
                Set("machine", machine);
            });
            Flush();
        }
    }

    private static uint NewInstance() => (uint)Random.Shared.NextInt64(1, uint.MaxValue);

    private long? Find(string key) => Query("SELECT value FROM meta WHERE key = $key", row => row.GetInt64(0), ("$key", key)) is [var value] ? value : null;

    private void Set(string key, long value) => Run("INSERT OR REPLACE INTO meta VALUES ($key, $value)", ("$key", key), ("$value", value));

    /// <summary>Damage in the middle would be met by one database after the other, for ever. Costs about a millisecond a megabyte.</summary>
    private void Check()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "PRAGMA quick_check(1)";
        if (command.ExecuteScalar() is not "ok" and var complaint)
            throw new SqliteException($"the books are damaged: {complaint}", (int)SqliteCode.Corrupt);
    }

    private static BookEntry Read(SqliteDataReader row) => new()
    {
        Name = row.GetString(0),
        Path = row.GetString(1),
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)),
        IsPausedByUser = (row.GetInt64(3) & Paused) != 0,
        IsReleased = (row.GetInt64(3) & Released) != 0,
        SwitchedInode = (ulong)row.GetInt64(4),
        // Above the epoch, where a version that does not know it sees none.
        Epoch = NodeId.Of((ulong)row.GetInt64(5)).Epoch,
        FormerWriter = NodeId.Of((ulong)row.GetInt64(5)).Instance,
        Captured = new((ulong)row.GetInt64(6)),
        PostSum = (ulong)row.GetInt64(7),
        PageSize = row.GetInt32(8),
        PageCount = (uint)row.GetInt64(9),
        Position = row.IsDBNull(10)
            ? null
            : new(new((uint)row.GetInt64(10), (uint)row.GetInt64(11)), (uint)row.GetInt64(12), new((uint)row.GetInt64(13), (uint)row.GetInt64(14))),
        LastProofAt = row.IsDBNull(15) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(15)),
        Resting = row.IsDBNull(16)
            ? null
            : new(new((ulong)row.GetInt64(16), (ulong)row.GetInt64(17), row.GetInt64(18), row.GetInt64(19), row.GetInt64(20), 0, 0, 0), (ulong)row.GetInt64(21), new((uint)(row.GetInt64(22) >> 32), (uint)row.GetInt64(22))),
        Labels = row.IsDBNull(23) ? [] : Label.Parse(row.GetString(23)),
    };

    private SqliteCommand Bind(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = Command(sql);
        foreach (var (name, value) in values)
            command.Parameters[name].Value = value ?? DBNull.Value;
        return command;
    }

    /// <summary>A prepared command for each statement; its parameters are found by their names in the text.</summary>
    private SqliteCommand Command(string sql)
    {
        if (_commands.TryGetValue(sql, out var command))
            return command;
        command = _connection.CreateCommand();
        command.CommandText = sql;
        for (var i = sql.IndexOf('$'); i >= 0; i = sql.IndexOf('$', i + 1))
        {
            var end = i + 1;
            while (end < sql.Length && (char.IsAsciiLetterOrDigit(sql[end]) || sql[end] == '_'))
                end++;
            if (!command.Parameters.Contains(sql[i..end]))
                command.Parameters.AddWithValue(sql[i..end], DBNull.Value);
        }
        return _commands[sql] = command;
    }
}
