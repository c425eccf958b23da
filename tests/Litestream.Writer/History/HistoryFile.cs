using Microsoft.Data.Sqlite;

namespace Litestream.Writer.History;

/// <summary>
/// The database of a history. Everything of it can be judged from outside: its commits are numbered without a gap, and the newest one says how
/// many rows there are and what they add up to. Each creation under the same name has an incarnation, numbered 1, 2, 3….
/// </summary>
internal static class HistoryFile
{
    public static void Create(string path, int incarnation, Random random)
    {
        var shape = DatabaseShape.AtRandom(random);
        using var connection = DatabaseFile.Open(path, create: true);
        connection.Run($"PRAGMA page_size={shape.PageSize}");
        connection.Run($"PRAGMA auto_vacuum={shape.AutoVacuum}");
        connection.Run($"PRAGMA journal_mode={shape.JournalMode}");
        connection.Run($"""
            BEGIN IMMEDIATE;
            CREATE TABLE rows(id INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER NOT NULL, body BLOB NOT NULL);
            CREATE INDEX rows_seq ON rows(seq);
            CREATE TABLE commits(seq INTEGER PRIMARY KEY, writer INTEGER NOT NULL, number INTEGER NOT NULL, nonce INTEGER NOT NULL, live INTEGER NOT NULL, sum INTEGER NOT NULL);
            CREATE INDEX commits_writer ON commits(writer, number);
            CREATE TABLE label(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
            INSERT INTO commits VALUES(1, 0, 1, {random.NextInt64()}, 0, 0);
            INSERT INTO label VALUES('incarnation', {incarnation});
            COMMIT;
            """);
    }

    /// <summary>Null before the schema is committed.</summary>
    public static int? Incarnation(SqliteConnection connection) =>
        connection.Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'label'") is 1L
            ? (int?)(long?)connection.Scalar("SELECT value FROM label WHERE name = 'incarnation'")
            : null;

    public static List<Commit> Commits(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT seq, writer, number, nonce, live, sum FROM commits ORDER BY seq";
        using var rows = command.ExecuteReader();
        var commits = new List<Commit>();
        while (rows.Read())
            commits.Add(new(rows.GetInt64(0), rows.GetInt64(1), rows.GetInt64(2), rows.GetInt64(3), rows.GetInt64(4), rows.GetInt64(5)));
        return commits;
    }

    /// <summary>Number of rows, and what they add up to.</summary>
    public static (long Live, long Sum) Rows(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, body FROM rows";
        using var rows = command.ExecuteReader();
        var (live, sum) = (0L, 0L);
        while (rows.Read())
        {
            live++;
            sum = unchecked(sum + Commit.Hash(rows.GetInt64(0), (byte[])rows[1]));
        }

        return (live, sum);
    }
}
