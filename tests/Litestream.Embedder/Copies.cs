using System.Runtime.InteropServices;
using Litestream.Storage;
using Microsoft.Data.Sqlite;

namespace Litestream.Embedder;

/// <summary>A process with a second SQLite, the machine's own.</summary>
internal static class Copies
{
    private const string System = "libsqlite3.so.0";

    /// <summary>Microsoft.Data.Sqlite goes to the machine's, the engine to that of the package.</summary>
    public static void GiveTheProviderAnother()
    {
        var library = NativeLibrary.Load(System);
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, (name, _, _) => name == "e_sqlite3" ? library : 0);
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
    }

    /// <summary>Both go to that of the package, and something else has loaded the machine's.</summary>
    public static void LoadAnother() => NativeLibrary.Load(System);

    /// <summary>A database of the application is open and read, whose -shm is mapped and named like SQLite, while a store is opened.</summary>
    public static void OpenBesideAMappedOne(string path, string replica, string state)
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL; CREATE TABLE t (a); BEGIN; SELECT count(*) FROM t";
        command.ExecuteNonQuery();
        var locks = new Locks(path);
        locks.MustHaveShared();
        locks.MustHaveMark();
        Open(replica, state, allowsOther: false);
        locks.MustHaveShared();
        locks.MustHaveMark();
    }

    public static void Open(string replica, string state, bool allowsOther) =>
        Store.Open(new() { StateDirectory = state, AllowsOtherSqlite = allowsOther }, [ReplicaRoot.Parse(replica)]).DisposeAsync().AsTask().GetAwaiter().GetResult();
}
