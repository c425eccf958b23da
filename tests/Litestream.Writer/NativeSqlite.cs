using System.Runtime.InteropServices;
using SQLitePCL;

namespace Litestream.Writer;

/// <summary>Which SQLite this application uses: the bundled one, or with <c>system</c> that of the machine.</summary>
internal static class NativeSqlite
{
    public static void Choose(string? which)
    {
        if (which == "system")
        {
            // Before the provider's first call: a resolver cannot be changed once its library is loaded.
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, static (name, _, _) =>
                name == "e_sqlite3" ? NativeLibrary.Load(OperatingSystem.IsMacOS() ? "libsqlite3.dylib" : "libsqlite3.so.0") : 0);
        }
        else if (which is not (null or "" or "bundled"))
        {
            throw new ArgumentException($"LITESTREAM_WRITER_SQLITE is '{which}': expected 'bundled' or 'system'");
        }

        raw.SetProvider(new SQLite3Provider_e_sqlite3());
    }
}
