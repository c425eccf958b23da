using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Litestream.Writer.Workload;

/// <summary>One application's connection to one database, opened when needed.</summary>
/// <param name="path">The database.</param>
/// <param name="writer">Tells its rows from those of others.</param>
/// <param name="random">What it writes.</param>
/// <param name="synchronous">Null: as SQLite does unless asked.</param>
internal sealed class TenantSession(string path, int writer, Random random, Synchronous? synchronous = null) : IDisposable
{
    private static readonly string[] CheckpointModes = ["PASSIVE", "PASSIVE", "FULL", "RESTART", "TRUNCATE"];
    private readonly Dictionary<string, SqliteCommand> _commands = [];
    private SqliteConnection? _connection;

    public string Path => path;

    public bool IsOpen => _connection is not null;

    /// <summary>Which creation of this file the connection is to.</summary>
    public string Incarnation { get; private set; } = "";

    /// <summary>This writer's commits in this database, as the database itself counts them.</summary>
    public long Committed { get; private set; }

    /// <summary>Does one operation. True when it committed a transaction that <see cref="Committed"/> now counts.</summary>
    public bool Run(Operation operation)
    {
        switch (operation)
        {
            case Operation.Insert:
                return Transact(() => Insert(random.Next(1, 20), random.Next(10, 400)));
            case Operation.Update:
                return Transact(Update);
            case Operation.Delete:
                return Transact(() => -Delete(random.Next(1, 10)));
            case Operation.Count:
                return Transact(() => 0);
            case Operation.Large:
                return Transact(InsertLarge);
            case Operation.Shrink:
                return Shrink();
            case Operation.Rollback:
                RollBack();
                return false;
            case Operation.Vacuum:
                Execute("VACUUM");
                return false;
            case Operation.Checkpoint:
                Execute($"PRAGMA wal_checkpoint({CheckpointModes[random.Next(CheckpointModes.Length)]})");
                return false;
            default:
                Close();
                return false;
        }
    }

    /// <summary>Adds rows in one transaction and answers how many.</summary>
    public long Append(int rows, int rowBytes)
    {
        Transact(() => Insert(rows, rowBytes));
        return rows;
    }

    public long SizeBytes() => (long)Scalar("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")!;

    public void Close()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
        _commands.Clear();
        _connection?.Dispose();
        _connection = null;
    }

    public void Dispose() => Close();

    /// <summary>Runs a change that answers by how much it changed the number of this writer's rows.</summary>
    private bool Transact(Func<long> change)
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            var delta = change();
            Execute("INSERT INTO progress VALUES($1, 1, $2) ON CONFLICT(writer) DO UPDATE SET committed = committed + 1, live = live + $2",
                writer, delta);
            var committed = (long)Scalar("SELECT committed FROM progress WHERE writer = $1", writer)!;
            Execute("COMMIT");
            Committed = committed;
            return true;
        }
        catch (SqliteException)
        {
            if (SQLitePCL.raw.sqlite3_get_autocommit(_connection!.Handle) == 0)
                Execute("ROLLBACK");
            throw;
        }
    }

    private long Insert(int rows, int bytes)
    {
        for (var i = 0; i < rows; i++)
            Execute("INSERT INTO rows(writer, body, note) VALUES($1, $2, $3)", writer, Body(bytes), $"note {random.Next(1000)} of writer {writer}");
        return rows;
    }

    private long Update()
    {
        for (var i = random.Next(1, 10); i > 0; i--)
            Execute("UPDATE rows SET body = $1 WHERE id = (SELECT id FROM rows WHERE writer = $2 AND id >= $3 LIMIT 1)",
                Body(random.Next(10, 400)), writer, SomeId());
        return 0;
    }

    private long Delete(int rows) =>
        Execute("DELETE FROM rows WHERE id IN (SELECT id FROM rows WHERE writer = $1 AND id >= $2 LIMIT $3)", writer, SomeId(), rows);

    private long InsertLarge()
    {
        Execute("INSERT INTO rows(writer, body, note) VALUES($1, $2, 'large')", writer, Body(random.Next(20_000, 500_000)));
        return 1 - Execute("""
            DELETE FROM rows WHERE writer = $1 AND note = 'large'
            AND id NOT IN (SELECT id FROM rows WHERE writer = $1 AND note = 'large' ORDER BY id DESC LIMIT 2)
            """, writer);
    }

    private bool Shrink()
    {
        Transact(() => -Execute("DELETE FROM rows WHERE writer = $1 AND id % 2 = $2", writer, random.Next(2)));
        Execute($"PRAGMA incremental_vacuum({random.Next(1, 50)})");
        return true;
    }

    private void RollBack()
    {
        Execute("PRAGMA cache_size=10");
        Execute("BEGIN IMMEDIATE");
        try
        {
            Insert(200, 500);
        }
        finally
        {
            Execute("ROLLBACK");
            Execute("PRAGMA cache_size=-2000");
        }
    }

    private long SomeId()
    {
        var newest = Scalar("SELECT coalesce(max(id), 0) FROM rows WHERE writer = $1", writer) is long id ? id : 0;
        return random.NextInt64(newest + 1);
    }

    // Half noise, half text: neither trivially compressible nor incompressible.
    private byte[] Body(int bytes)
    {
        var body = new byte[bytes];
        random.NextBytes(body.AsSpan(0, bytes / 2));
        body.AsSpan(bytes / 2).Fill((byte)('a' + random.Next(26)));
        return body;
    }

    private int Execute(string sql, params ReadOnlySpan<object> values) => Prepare(sql, values).ExecuteNonQuery();

    private object? Scalar(string sql, params ReadOnlySpan<object> values) => Prepare(sql, values).ExecuteScalar();

    private SqliteCommand Prepare(string sql, ReadOnlySpan<object> values)
    {
        Open();
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = _connection!.CreateCommand();
            command.CommandText = sql;
            for (var i = 0; i < values.Length; i++)
                command.Parameters.AddWithValue("$" + (i + 1).ToString(CultureInfo.InvariantCulture), values[i]);
            _commands[sql] = command;
            return command;
        }

        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        return command;
    }

    private void Open()
    {
        if (_connection is not null)
            return;
        _connection = DatabaseFile.Open(path);
        if (synchronous is { } asked)
            _connection.Run($"PRAGMA synchronous={asked}");
        Incarnation = _connection.Scalar("SELECT value FROM label WHERE name = 'incarnation'") as string ?? "";
    }
}
