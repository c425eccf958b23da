namespace Litestream.Writer.Verbs;

/// <summary>Keeps a read transaction, or the whole file with <c>locking_mode=EXCLUSIVE</c>, until stdin closes.</summary>
internal static class HoldVerb
{
    public static int Run(Arguments arguments, bool exclusive)
    {
        using var connection = DatabaseFile.Open(arguments.OnlyPath);
        if (exclusive)
        {
            connection.Run("PRAGMA locking_mode=EXCLUSIVE");
            connection.Run("BEGIN IMMEDIATE; INSERT OR REPLACE INTO label VALUES('held', 'exclusively'); COMMIT;");
        }
        else
        {
            connection.Run("BEGIN");
            connection.Scalar("SELECT count(*) FROM sqlite_master");
        }

        Console.WriteLine("holding");
        while (Console.In.ReadLine() is not null)
        {
        }

        return 0;
    }
}
