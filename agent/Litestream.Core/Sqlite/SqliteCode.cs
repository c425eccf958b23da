namespace Litestream.Sqlite;

/// <summary>The primary result codes of SQLite that the engine tells apart.</summary>
internal enum SqliteCode
{
    Ok = 0,
    Error = 1,
    Permission = 3,
    Busy = 5,
    Locked = 6,
    ReadOnly = 8,
    IoError = 10,
    Corrupt = 11,
    Full = 13,
    CannotOpen = 14,
    Protocol = 15,
    NotADatabase = 26,
}
