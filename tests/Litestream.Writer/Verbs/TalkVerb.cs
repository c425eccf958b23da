using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Litestream.Writer.Verbs;

/// <summary>
/// An application that a test steers: a line on stdin is a statement, or <c>.open</c>, <c>.close</c>, <c>.checkpoint MODE</c>.
/// Each is answered by its rows (values split by tabs) and <c>ok</c>, or by <c>error: …</c>. End of input closes the connection.
/// </summary>
internal static class TalkVerb
{
    public static int Run(Arguments arguments)
    {
        var path = arguments.OnlyPath;
        if (arguments.Has("create"))
            DatabaseFile.Create(path, new DatabaseShape { PageSize = arguments.Number("page-size", 4096) });

        SqliteConnection? connection = DatabaseFile.Open(path);
        Console.WriteLine("ok");
        while (Console.In.ReadLine() is { } line)
        {
            try
            {
                if (line == ".close")
                {
                    connection?.Dispose();
                    connection = null;
                }
                else if (line == ".open")
                {
                    connection ??= DatabaseFile.Open(path);
                }
                else
                {
                    Answer(connection ?? throw new InvalidOperationException("the connection is closed"), line);
                }

                Console.WriteLine("ok");
            }
            catch (Exception error) when (error is SqliteException or InvalidOperationException)
            {
                Console.WriteLine("error: " + error.Message.ReplaceLineEndings(" "));
            }
        }

        connection?.Dispose();
        return 0;
    }

    private static void Answer(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        do
        {
            while (reader.Read())
                Console.WriteLine("row " + string.Join('\t', Enumerable.Range(0, reader.FieldCount)
                    .Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        }
        while (reader.NextResult());
    }
}
