using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Litestream.Cloud.Hosting;

/// <summary>
/// Which SQLite looks at what was restored: the system's where it is newer than the package's, as for agents, so that what a newer one wrote is understood. The
/// native build has one linked in.
/// </summary>
internal static class SqliteChoice
{
    private const string Bundled = "e_sqlite3";
    private const string System = "libsqlite3.so.0";

    /// <summary>Once, before anything calls SQLite.</summary>
    public static void Make()
    {
        var provider = typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly;
        if (RuntimeFeature.IsDynamicCodeSupported && SystemIfNewer(provider) is var library && library != 0)
            NativeLibrary.SetDllImportResolver(provider, (name, _, _) => name == Bundled ? library : 0);
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
    }

    private static nint SystemIfNewer(Assembly provider)
    {
        if (!NativeLibrary.TryLoad(System, out var system))
            return 0;
        return NativeLibrary.TryLoad(Bundled, provider, null, out var bundled) && NumberOf(bundled) >= NumberOf(system) ? 0 : system;
    }

    /// <summary>e.g. 3040001</summary>
    private static unsafe int NumberOf(nint library) => ((delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "sqlite3_libversion_number"))();
}
