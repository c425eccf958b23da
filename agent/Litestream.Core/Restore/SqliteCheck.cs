using Litestream.Storage;
using Microsoft.Data.Sqlite;

namespace Litestream.Restore;

/// <summary>SQLite's own look at a restored file. The program that embeds us has chosen which SQLite (<c>SQLitePCL.raw.SetProvider</c>).</summary>
internal static class SqliteCheck
{
    private const int MostComplaints = 5;

    /// <exception cref="LitestreamException">SQLite found something wrong.</exception>
    public static void Run(string path, IntegrityCheck check)
    {
        if (check == IntegrityCheck.None)
            return;
        var pragma = check == IntegrityCheck.Quick ? "quick_check" : "integrity_check";
        List<string> complaints;
        try
        {
            complaints = Ask(path, pragma);
        }
        catch (SqliteException e)
        {
            throw new LitestreamException($"PRAGMA {pragma} of {path}: {e.Message}", e);
        }
        if (complaints is not ["ok"])
            throw new DamagedReplicaException($"PRAGMA {pragma} of {path}: expected ok, found {string.Join("; ", complaints)}");
    }

    private static List<string> Ask(string path, string pragma)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            // Immutable: a file in WAL mode is read without creating -wal and -shm beside it.
            DataSource = $"file:{Uri.EscapeDataString(path)}?immutable=1",
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA {pragma}({MostComplaints})";
        using var reader = command.ExecuteReader();
        var complaints = new List<string>();
        while (reader.Read())
            complaints.Add(reader.GetString(0));
        return complaints;
    }
}
