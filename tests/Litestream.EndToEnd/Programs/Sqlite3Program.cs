namespace Litestream.EndToEnd.Programs;

/// <summary>The <c>sqlite3</c> command line program: an SQLite that is not ours.</summary>
internal static class Sqlite3Program
{
    public static async Task<string> DumpAsync(Sandbox sandbox, string path) =>
        (await ChildProcess.RunAsync("sqlite3", [path, ".dump"], sandbox.Root)).MustSucceed().Output;

    public static async Task<string> IntegrityAsync(Sandbox sandbox, string path) =>
        (await ChildProcess.RunAsync("sqlite3", [path, "PRAGMA integrity_check"], sandbox.Root)).MustSucceed().Output.Trim();
}
