namespace Litestream.Writer.Verbs;

/// <summary>Says which SQLite is in use.</summary>
internal static class VersionVerb
{
    public static int Run()
    {
        Console.WriteLine(SQLitePCL.raw.sqlite3_libversion().utf8_to_string());
        return 0;
    }
}
