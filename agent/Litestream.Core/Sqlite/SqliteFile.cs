using System.Runtime.InteropServices;

namespace Litestream.Sqlite;

/// <summary><c>sqlite3_file</c>: a pointer to the methods of an open file (sqlite.org/c3ref/file.html).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SqliteFile
{
    public SqliteFileMethods* Methods;
}
