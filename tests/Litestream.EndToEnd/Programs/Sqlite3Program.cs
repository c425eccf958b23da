namespace Litestream.EndToEnd.Programs;

/// <summary>
/// The <c>sqlite3</c> command line program: an SQLite that is not ours. It waits for a lock as applications do: whoever closes a database last, an agent
/// or another application, locks everybody out while the WAL is removed.
/// </summary>
internal static class Sqlite3Program
{
    private const string Patience = ".timeout 30000";

    public static async Task<string> DumpAsync(Sandbox sandbox, string path)
    {
        var dump = await AskAsync(sandbox, path, ".dump");
        // It ends with 0 whatever it met.
        Assert.DoesNotContain("/**** ERROR", dump, StringComparison.Ordinal);
        return dump;
    }

    public static async Task<string> IntegrityAsync(Sandbox sandbox, string path) => (await AskAsync(sandbox, path, "PRAGMA integrity_check")).Trim();

    /// <summary>Runs <paramref name="question"/>, SQL or a command of the program's own, and answers what it printed.</summary>
    public static async Task<string> AskAsync(Sandbox sandbox, string path, string question) =>
        (await ChildProcess.RunAsync("sqlite3", ["-cmd", Patience, path, question], sandbox.Root)).MustSucceed().Output;
}
