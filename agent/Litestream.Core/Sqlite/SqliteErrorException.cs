namespace Litestream.Sqlite;

/// <summary>SQLite refused: its message, and its extended result code (sqlite.org/rescode.html).</summary>
internal sealed class SqliteErrorException : LitestreamException
{
    public SqliteErrorException(string doing, string path, int code, string message)
        : base($"{doing} {path}: SQLite says: {message} (code {code})") => Code = code;

    /// <summary>Extended result code.</summary>
    public int Code { get; }

    /// <summary>Primary result code.</summary>
    public SqliteCode Primary => (SqliteCode)(Code & 0xff);

    public bool IsBusy => Primary is SqliteCode.Busy or SqliteCode.Locked or SqliteCode.Protocol;
}
