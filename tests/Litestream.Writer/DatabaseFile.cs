using Microsoft.Data.Sqlite;

namespace Litestream.Writer;

/// <summary>Opening, creating and deleting a database file the way applications do.</summary>
internal static class DatabaseFile
{
    public static SqliteConnection Open(string path, bool create = false)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = create ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = 30,
        }.ToString());
        connection.Open();
        connection.Run("PRAGMA busy_timeout=10000");
        return connection;
    }

    /// <summary>Creates a database with the schema of the workload. Every creation has an incarnation of its own, which tells it from its predecessors.</summary>
    public static void Create(string path, DatabaseShape shape)
    {
        using var connection = Open(path, create: true);
        // Both must be chosen before the first page is written.
        connection.Run($"PRAGMA page_size={shape.PageSize}");
        connection.Run($"PRAGMA auto_vacuum={shape.AutoVacuum}");
        connection.Run($"PRAGMA journal_mode={shape.JournalMode}");
        connection.Run($"""
            BEGIN IMMEDIATE;
            CREATE TABLE rows(id INTEGER PRIMARY KEY AUTOINCREMENT, writer INTEGER NOT NULL, body BLOB NOT NULL, note TEXT);
            CREATE INDEX rows_writer ON rows(writer, id);
            CREATE TABLE progress(writer INTEGER PRIMARY KEY, committed INTEGER NOT NULL, live INTEGER NOT NULL);
            CREATE TABLE label(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
            INSERT INTO label VALUES('incarnation', '{shape.Incarnation}');
            COMMIT;
            """);
        connection.Run($"PRAGMA user_version={shape.UserVersion}");
        connection.Run($"PRAGMA application_id={shape.ApplicationId}");
        if (shape.Rows > 0)
            connection.Run($"""
                BEGIN IMMEDIATE;
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {shape.Rows})
                INSERT INTO rows(writer, body, note) SELECT 0, randomblob(100), 'row ' || i FROM n;
                INSERT INTO progress VALUES(0, 1, {shape.Rows});
                COMMIT;
                """);
    }

    public static void DeleteLeftovers(string path)
    {
        File.Delete(path + "-wal");
        File.Delete(path + "-shm");
        File.Delete(path + "-journal");
    }

    public static void Run(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static object? Scalar(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
