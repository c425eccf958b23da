using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Litestream.Sqlite;

namespace Litestream.Agent;

/// <summary>
/// Which SQLite this process uses. The package brings an old one so that the program runs anywhere; the system's is preferred when
/// it is newer. The native build has one linked in and nothing to choose. Engine and books must share one copy: two copies in one
/// process drop each other's file locks.
/// </summary>
internal static class SqliteLibrary
{
    private const string Bundled = "e_sqlite3";
    private const string System = "libsqlite3.so.0";

    /// <summary>Where it comes from: <c>linked</c>, <c>system</c> or <c>bundled</c>.</summary>
    public static string Source { get; private set; } = "linked";

    /// <summary>e.g. <c>3.40.1</c></summary>
    public static string Version => SQLitePCL.raw.sqlite3_libversion().utf8_to_string();

    /// <summary>Once, before anything calls SQLite.</summary>
    public static void Choose()
    {
        var provider = typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly;
        // False in the native build: there the symbols are part of the program.
        if (RuntimeFeature.IsDynamicCodeSupported && Newest(provider) is var library && library != 0)
        {
            DllImportResolver resolve = (name, _, _) => name == Bundled ? library : 0;
            NativeLibrary.SetDllImportResolver(provider, resolve);
            NativeLibrary.SetDllImportResolver(typeof(Store).Assembly, resolve);
        }
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        SqliteMemory.UseLean();
    }

    private static nint Newest(Assembly provider)
    {
        var hasBundled = NativeLibrary.TryLoad(Bundled, provider, null, out var bundled);
        var hasSystem = NativeLibrary.TryLoad(System, out var system);
        var takesSystem = hasSystem && (!hasBundled || NumberOf(system) > NumberOf(bundled));
        Source = takesSystem ? "system" : "bundled";
        if (hasBundled && takesSystem)
            NativeLibrary.Free(bundled);
        return takesSystem ? system : bundled;
    }

    /// <summary>e.g. 3040001</summary>
    private static unsafe int NumberOf(nint library) =>
        ((delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "sqlite3_libversion_number"))();
}
