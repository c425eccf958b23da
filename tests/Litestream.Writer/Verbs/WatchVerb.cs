using Litestream.Writer.Workload;
using Microsoft.Data.Sqlite;

namespace Litestream.Writer.Verbs;

/// <summary>
/// A reader of a database that changes under it: asks the same question again and again, each time in a transaction of its own, on a connection it
/// has kept or a new one. The answer must be <c>ok</c> each time; a database that is busy, or that only a writer may roll back, is asked again.
/// Says <c>reading</c> once it has read a few times.
/// </summary>
internal static class WatchVerb
{
    private const int ReadsOfAConnection = 200;
    private const int AFew = 10;

    public static int Run(Arguments arguments)
    {
        var (path, query) = (arguments.OnlyPath, arguments.Text("query", "SELECT 'ok'"));
        var isAsked = false;
        using var stop = SigtermStop.Register(() => Volatile.Write(ref isAsked, true));
        var (reads, refused) = (0L, 0L);
        while (!Volatile.Read(ref isAsked))
        {
            try
            {
                using var connection = DatabaseFile.Open(path);
                connection.Run("PRAGMA query_only=1");
                if (connection.Scalar("PRAGMA integrity_check") as string is var check && check != "ok")
                    return Wrong($"integrity_check: {check}");
                for (var i = 0; i < ReadsOfAConnection && !Volatile.Read(ref isAsked); i++, reads++)
                {
                    if (connection.Scalar(query) as string is var answer && answer != "ok")
                        return Wrong(answer);
                    if (reads == AFew)
                        Console.WriteLine("reading");
                    Thread.Yield();
                }
            }
            catch (SqliteException error) when (error.SqliteErrorCode is 5 or 6 or 8 or 14)
            {
                refused++;
            }
        }
        Console.WriteLine($"reads {reads} refused {refused}");
        return 0;
    }

    private static int Wrong(string? answer)
    {
        Console.WriteLine("wrong: " + answer);
        return 1;
    }
}
