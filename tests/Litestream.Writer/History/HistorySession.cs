using Microsoft.Data.Sqlite;

namespace Litestream.Writer.History;

/// <summary>One connection of a writer to one history, with habits of its own.</summary>
internal sealed class HistorySession : IDisposable
{
    private const int MostRows = 500;
    private static readonly string[] CheckpointModes = ["PASSIVE", "FULL", "RESTART", "TRUNCATE"];
    private static readonly int[] AutoCheckpoints = [1000, 1000, 0, 0, 50, 10];
    private static readonly string[] Synchronous = ["FULL", "FULL", "NORMAL", "OFF"];

    private readonly SqliteConnection _connection;
    private readonly int _writer;
    private readonly Random _random;

    public HistorySession(string path, int writer, Random random, bool syncsAlways = false)
    {
        (Path, _writer, _random) = (path, writer, random);
        _connection = DatabaseFile.Open(path);
        Incarnation = HistoryFile.Incarnation(_connection) ?? throw new InvalidOperationException($"{path} is no history yet");
        _connection.Run($"PRAGMA wal_autocheckpoint={AutoCheckpoints[random.Next(AutoCheckpoints.Length)]}");
        _connection.Run($"PRAGMA synchronous={(syncsAlways ? "FULL" : Synchronous[random.Next(Synchronous.Length)])}");
    }

    public string Path { get; }

    public int Incarnation { get; }

    /// <summary>Commits one transaction of a few rows. Answers its number.</summary>
    public long CommitSmall() => Transact(seq => Insert(seq, _random.Next(1, 8), _random.Next(10, 600)), Change, Trim);

    /// <summary>Larger than the page cache: most of it is in the WAL before it is committed.</summary>
    public long CommitLarge() => WithSmallCache(() => Transact(seq => Insert(seq, _random.Next(50, 300), _random.Next(500, 3000)), Change, Trim));

    /// <summary>One statement, committed by itself.</summary>
    public long CommitAutomatically()
    {
        var nonce = _random.NextInt64();
        _connection.Run($"""
            INSERT INTO commits SELECT seq + 1, {_writer}, (SELECT coalesce(max(number), 0) + 1 FROM commits WHERE writer = {_writer}), {nonce}, live, sum
            FROM commits ORDER BY seq DESC LIMIT 1
            """);
        return (long)_connection.Scalar($"SELECT seq FROM commits WHERE writer = {_writer} AND nonce = {nonce}")!;
    }

    /// <summary>Frames of it reach the WAL and never become anything.</summary>
    public void SpillAndRollBack() => WithSmallCache(() =>
    {
        _connection.Run("BEGIN IMMEDIATE");
        try
        {
            Insert(-1, _random.Next(50, 200), 2000);
        }
        finally
        {
            _connection.Run("ROLLBACK");
        }

        return 0;
    });

    public void Vacuum() => Impatiently("VACUUM");

    public void CheckPoint() => Impatiently($"PRAGMA wal_checkpoint({CheckpointModes[_random.Next(CheckpointModes.Length)]})");

    /// <summary>Reads for a while: nothing behind can be checkpointed.</summary>
    public void ReadFor(TimeSpan time)
    {
        _connection.Run("BEGIN");
        _connection.Scalar("SELECT count(*) FROM commits");
        Thread.Sleep(time);
        _connection.Run("COMMIT");
    }

    /// <summary>Leaves WAL, commits without it, may change the page size, and comes back; refused while somebody else is connected.</summary>
    public long? LeaveWal()
    {
        if (_connection.Scalar("PRAGMA journal_mode") is not "wal" || !Impatiently("PRAGMA journal_mode=DELETE"))
            return null;
        var seq = CommitSmall();
        if (_random.Next(2) == 0 && Impatiently($"PRAGMA page_size={512 << _random.Next(8)}"))
            Impatiently("VACUUM");
        EnterWal();
        return seq;
    }

    public void EnterWal() => Impatiently("PRAGMA journal_mode=WAL");

    /// <summary>Everything of the WAL in the database file and nobody in the way. False when somebody was.</summary>
    public bool TryEmptyWal()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        using var row = command.ExecuteReader();
        return row.Read() && row.GetInt64(0) == 0;
    }

    public List<Commit> Commits() => HistoryFile.Commits(_connection);

    public void CopyTo(string path) => _connection.Run($"VACUUM INTO '{path}'");

    public void Dispose() => _connection.Dispose();

    private long Transact(params ReadOnlySpan<Func<long, (long Live, long Sum)>> changes)
    {
        _connection.Run("BEGIN IMMEDIATE");
        try
        {
            using var head = _connection.CreateCommand();
            head.CommandText = "SELECT seq, live, sum FROM commits ORDER BY seq DESC LIMIT 1";
            long seq, live, sum;
            using (var row = head.ExecuteReader())
            {
                row.Read();
                (seq, live, sum) = (row.GetInt64(0) + 1, row.GetInt64(1), row.GetInt64(2));
            }

            foreach (var change in changes)
            {
                var (moreLive, moreSum) = change(seq);
                (live, sum) = (live + moreLive, unchecked(sum + moreSum));
            }

            _connection.Run($"INSERT INTO commits SELECT {seq}, {_writer}, coalesce(max(number), 0) + 1, {_random.NextInt64()}, {live}, {sum} FROM commits WHERE writer = {_writer}");
            _connection.Run("COMMIT");
            return seq;
        }
        catch (SqliteException)
        {
            if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0)
                _connection.Run("ROLLBACK");
            throw;
        }
    }

    private (long Live, long Sum) Insert(long seq, int rows, int bytes)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "INSERT INTO rows(seq, body) VALUES($seq, $body)";
        var (body, sum) = (new byte[bytes], 0L);
        command.Parameters.AddWithValue("$seq", seq);
        var parameter = command.Parameters.AddWithValue("$body", body);
        for (var i = 0; i < rows; i++)
        {
            _random.NextBytes(body.AsSpan(0, bytes / 2));
            parameter.Value = body;
            command.ExecuteNonQuery();
            sum = unchecked(sum + Commit.Hash(SQLitePCL.raw.sqlite3_last_insert_rowid(_connection.Handle), body));
        }

        return (rows, sum);
    }

    /// <summary>Writes some older rows anew.</summary>
    private (long Live, long Sum) Change(long seq)
    {
        var sum = 0L;
        foreach (var (id, body) in Rows($"SELECT id, body FROM rows WHERE id >= abs(random()) % (SELECT max(id) FROM rows) LIMIT {_random.Next(4)}"))
        {
            var changed = new byte[_random.Next(10, 600)];
            _random.NextBytes(changed);
            using var command = _connection.CreateCommand();
            command.CommandText = $"UPDATE rows SET body = $body WHERE id = {id}";
            command.Parameters.AddWithValue("$body", changed);
            command.ExecuteNonQuery();
            sum = unchecked(sum - Commit.Hash(id, body) + Commit.Hash(id, changed));
        }

        return (0, sum);
    }

    /// <summary>The oldest rows go: a tenant of a test stays small.</summary>
    private (long Live, long Sum) Trim(long seq)
    {
        if ((long)_connection.Scalar("SELECT count(*) FROM rows")! < MostRows)
            return (0, 0);
        var (live, sum) = (0L, 0L);
        foreach (var (id, body) in Rows($"SELECT id, body FROM rows ORDER BY id LIMIT {MostRows / 2}"))
        {
            _connection.Run($"DELETE FROM rows WHERE id = {id}");
            (live, sum) = (live - 1, unchecked(sum - Commit.Hash(id, body)));
        }

        return (live, sum);
    }

    private List<(long Id, byte[] Body)> Rows(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<(long, byte[])>();
        while (reader.Read())
            rows.Add((reader.GetInt64(0), (byte[])reader[1]));
        return rows;
    }

    private long WithSmallCache(Func<long> work)
    {
        _connection.Run("PRAGMA cache_size=10");
        try
        {
            return work();
        }
        finally
        {
            _connection.Run("PRAGMA cache_size=-2000");
        }
    }

    /// <summary>What others may be in the way of: tried for a moment only. False when they were.</summary>
    private bool Impatiently(string sql)
    {
        _connection.Run("PRAGMA busy_timeout=500");
        try
        {
            using var command = _connection.CreateCommand();
            command.CommandTimeout = 1;
            command.CommandText = sql;
            command.ExecuteScalar();
            return true;
        }
        catch (SqliteException error) when (error.SqliteErrorCode is 5 or 6)
        {
            return false;
        }
        finally
        {
            _connection.Run("PRAGMA busy_timeout=10000");
        }
    }
}
