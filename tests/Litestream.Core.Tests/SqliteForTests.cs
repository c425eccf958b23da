namespace Litestream.Core.Tests;

/// <summary>The tests use the SQLite that comes with the project.</summary>
internal static class SqliteForTests
{
    private static readonly object Chosen = ChooseOnce();

    public static void Choose() => Assert.NotNull(Chosen);

    private static object ChooseOnce()
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        return new();
    }
}
