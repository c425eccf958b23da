namespace Litestream.Sqlite;

/// <summary>The names SQLite uses beside a database, and the files found there.</summary>
internal readonly record struct DatabaseFiles(FileStat? Main, FileStat? Wal, FileStat? Shm)
{
    public static DatabaseFiles At(string path) => new(FileStat.Of(path), FileStat.Of(WalOf(path)), FileStat.Of(ShmOf(path)));

    public static string WalOf(string path) => path + "-wal";

    public static string ShmOf(string path) => path + "-shm";

    public static string JournalOf(string path) => path + "-journal";

    /// <summary>All three names still lead to the files that <paramref name="other"/> saw.</summary>
    public bool AreSameFiles(DatabaseFiles other) =>
        IsSame(Main, other.Main) && IsSame(Wal, other.Wal) && IsSame(Shm, other.Shm);

    private static bool IsSame(FileStat? a, FileStat? b) => (a is null && b is null) || FileStat.IsSameFile(a, b);
}
