using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Litestream.Sqlite;

/// <summary>
/// The engine and the application around it must use one copy of SQLite. Two copies do not know of each other's descriptors, and closing one of a
/// database drops every POSIX lock that this process holds on it: both then go on without locks, until another process takes their WAL away.
/// </summary>
internal static unsafe class OneSqlite
{
    private const string Maps = "/proc/self/maps";

    /// <summary>Call before the first use of SQLite. Throws <see cref="LitestreamException"/> when there is none, or another than the engine's.</summary>
    /// <param name="allowsOthers">Another copy may be loaded as long as Microsoft.Data.Sqlite uses the engine's.</param>
    public static void Require(bool allowsOthers)
    {
        var theirs = Provided();
        var ours = Ours();
        if (theirs != ours)
        {
            throw new LitestreamException(
                $"This process has two copies of SQLite: Microsoft.Data.Sqlite uses {Describe(theirs)}, and the engine {Describe(ours)}. Each would drop the file locks of the other",
                hint: "let both use e_sqlite3: SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3()), without another SQLitePCLRaw bundle; who resolves that name by a "
                    + "DllImportResolver sets it for the assembly Litestream.Core, too");
        }
        if (!allowsOthers && !ThisProcess.IsOurs && FindOther(ours) is { } other)
        {
            throw new LitestreamException(
                $"This process has two copies of SQLite: the engine and Microsoft.Data.Sqlite use {Describe(ours)}, and {other} is loaded as well. Whoever opens a replicated database with that drops its file locks",
                hint: "remove what loads it (System.Data.SQLite, a native library); if it never opens a replicated database, set StoreOptions.AllowsOtherSqlite");
        }
    }

    /// <summary>
    /// What Microsoft.Data.Sqlite calls: the provider that the application chose, or its bundle; with neither, the engine's. Answers the address of its
    /// version text, which is part of the library: one copy, one address.
    /// </summary>
    private static nint Provided()
    {
        // Its static constructor has the application's bundle, if there is one, choose.
        new SqliteConnection().Dispose();
        try
        {
            return Version();
        }
        catch (Exception e) when (e is not DllNotFoundException)
        {
            // SQLitePCLRaw throws a plain Exception where nobody has chosen.
            SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
            return Version();
        }
    }

    private static nint Version()
    {
        fixed (byte* version = SQLitePCL.raw.sqlite3_libversion())
            return (nint)version;
    }

    private static nint Ours()
    {
        try
        {
            return NativeSqlite.LibraryVersion();
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new LitestreamException($"SQLite's native library cannot be loaded: {e.Message}", e, "the package SQLitePCLRaw.lib.e_sqlite3 brings it");
        }
    }

    private static string Describe(nint version) => $"{FileOf(version) ?? "a linked-in one"} (version {Marshal.PtrToStringUTF8(version)})";

    /// <summary>The mapped file that holds an address; null when it is none, or cannot be told.</summary>
    private static string? FileOf(nint address) =>
        Mapped().Where(m => address >= m.From && address < m.To).Select(m => m.File).FirstOrDefault();

    /// <summary>
    /// A library that is loaded, named like SQLite and answers like it, but at another address. Only what is mapped as code is looked into: a mapped
    /// <c>app.sqlite-shm</c> is named like it, too, and opening that one and closing it would drop the application's locks.
    /// </summary>
    private static string? FindOther(nint ours) => Mapped()
        .Where(m => m.IsCode)
        .Select(m => m.File).Distinct(StringComparer.Ordinal)
        .Where(file => Path.GetFileName(file).Contains("sqlite", StringComparison.OrdinalIgnoreCase))
        .FirstOrDefault(file => VersionIn(file) is { } version && version != ours);

    private static nint? VersionIn(string file)
    {
        // Loaded already, so this only counts; a .NET assembly of such a name is none, and is refused.
        if (!NativeLibrary.TryLoad(file, out var library))
            return null;
        try
        {
            return NativeLibrary.TryGetExport(library, "sqlite3_libversion", out var function) ? ((delegate* unmanaged[Cdecl]<nint>)function)() : null;
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }

    /// <summary>Lines like <c>7f0a2c000000-7f0a2c021000 r-xp 00000000 08:01 131090 /usr/lib/libsqlite3.so.0</c>; none where there is no such file.</summary>
    private static IEnumerable<(nint From, nint To, bool IsCode, string File)> Mapped() =>
        from line in File.Exists(Maps) ? File.ReadAllLines(Maps) : []
        let words = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries)
        where words.Length == 6 && words[5].StartsWith('/')
        let range = words[0].Split('-')
        select (nint.Parse(range[0], System.Globalization.NumberStyles.HexNumber), nint.Parse(range[1], System.Globalization.NumberStyles.HexNumber), words[1].Contains('x', StringComparison.Ordinal), words[5]);
}
