using Microsoft.Data.Sqlite;

namespace Embedded;

/// <summary>The application's data: a table of notes, by plain Microsoft.Data.Sqlite. Nothing in here knows of replication.</summary>
internal sealed class Notes(string connectionString)
{
    public void CreateTable()
    {
        using var connection = Open();
        Run(connection, "PRAGMA journal_mode=WAL");
        Run(connection, "CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
    }

    public void Add(string text)
    {
        using var connection = Open();
        Run(connection, "INSERT INTO note (text) VALUES ($text)", text);
    }

    public IReadOnlyList<string> All()
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT text FROM note ORDER BY id";
        using var reader = command.ExecuteReader();
        var notes = new List<string>();
        while (reader.Read())
            notes.Add(reader.GetString(0));
        return notes;
    }

    private SqliteConnection Open()
    {
        // Others hold the file for a moment now and then: another request, Litestream's checkpoint. Microsoft.Data.Sqlite waits for them by itself.
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql, string? text = null)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        if (text is not null)
            command.Parameters.AddWithValue("$text", text);
        command.ExecuteNonQuery();
    }
}
