using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Litestream.Writer.Verbs;

/// <summary>
/// Writes everything a reader can see, in a fixed order: settings in the header, schema by name, rows by rowid or key.
/// Two databases with the same dump hold the same content, however their pages are laid out. <c>-digest</c> prints
/// path and SHA-256 instead, one line per database.
/// </summary>
internal static class DumpVerb
{
    // What an application sets and expects to find again. Not journal_mode: the agent may switch a database to WAL once.
    private static readonly string[] Settings = ["user_version", "application_id", "page_size", "auto_vacuum", "encoding"];

    public static int Run(Arguments arguments)
    {
        var failed = 0;
        foreach (var path in arguments.Paths)
        {
            try
            {
                if (arguments.Has("digest"))
                    Console.WriteLine($"{path}\t{Digest(path)}");
                else
                    Write(path, Console.Out);
            }
            catch (SqliteException error)
            {
                failed++;
                Console.WriteLine($"{path}\terror: {error.Message.ReplaceLineEndings(" ")}");
            }
        }

        return failed == 0 ? 0 : 1;
    }

    public static string Digest(string path)
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        using (var writer = new StreamWriter(stream, new UTF8Encoding(false)))
            Write(path, writer);
        return Convert.ToHexStringLower(hash.Hash!);
    }

    private static void Write(string path, TextWriter output)
    {
        using var connection = DatabaseFile.Open(path);
        connection.Run("BEGIN");
        foreach (var setting in Settings)
            output.WriteLine($"PRAGMA {setting}={connection.Scalar("PRAGMA " + setting)};");

        using var schema = connection.CreateCommand();
        schema.CommandText = "SELECT type, name, coalesce(sql, '') FROM sqlite_master ORDER BY type, name";
        using var objects = schema.ExecuteReader();
        while (objects.Read())
        {
            output.WriteLine($"{objects.GetString(2)}; -- {objects.GetString(0)} {objects.GetString(1)}");
            if (objects.GetString(0) == "table")
                WriteRows(connection, objects.GetString(1), objects.GetString(2), output);
        }
    }

    private static void WriteRows(SqliteConnection connection, string table, string sql, TextWriter output)
    {
        var quoted = '"' + table.Replace("\"", "\"\"") + '"';
        var columns = new List<string>();
        using (var info = connection.CreateCommand())
        {
            info.CommandText = $"SELECT name FROM pragma_table_info('{table.Replace("'", "''")}')";
            using var names = info.ExecuteReader();
            while (names.Read())
                columns.Add($"quote(\"{names.GetString(0).Replace("\"", "\"\"")}\")");
        }

        var rowid = !sql.Contains("WITHOUT ROWID", StringComparison.OrdinalIgnoreCase);
        using var select = connection.CreateCommand();
        select.CommandText = $"SELECT {(rowid ? "rowid || '|' || " : "")}{string.Join(" || ',' || ", columns)} FROM {quoted} "
            + (rowid ? "ORDER BY rowid" : "ORDER BY 1");
        using var rows = select.ExecuteReader();
        while (rows.Read())
            output.WriteLine($"{table}: {rows.GetString(0)}");
    }
}
