using Microsoft.Data.Sqlite;

namespace Litestream.Writer.Verbs;

/// <summary>
/// Prints for each database its path and <c>ok</c>, or what is wrong: SQLite's integrity_check, and the workload's own
/// rule that a writer's row count stands in <c>progress</c>, which only holds between whole transactions.
/// </summary>
internal static class CheckVerb
{
    public static int Run(Arguments arguments)
    {
        var wrong = 0;
        foreach (var path in arguments.Paths)
        {
            var verdict = Judge(path);
            if (verdict != "ok")
                wrong++;
            Console.WriteLine($"{path}\t{verdict}");
        }

        return wrong == 0 ? 0 : 1;
    }

    private static string Judge(string path)
    {
        try
        {
            using var connection = DatabaseFile.Open(path);
            if (connection.Scalar("PRAGMA integrity_check") is not "ok" and var complaint)
                return $"integrity_check: {complaint}";
            if (connection.Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'progress'") is 0L)
                return "ok";

            var torn = connection.Scalar("""
                SELECT group_concat('writer ' || p.writer || ' says ' || p.live || ' rows, has ' ||
                       (SELECT count(*) FROM rows r WHERE r.writer = p.writer))
                FROM progress p WHERE p.live <> (SELECT count(*) FROM rows r WHERE r.writer = p.writer)
                """);
            return torn is string text ? $"torn transaction: {text}" : "ok";
        }
        catch (SqliteException error)
        {
            return error.Message.ReplaceLineEndings(" ");
        }
    }
}
