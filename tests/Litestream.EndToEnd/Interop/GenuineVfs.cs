using System.Globalization;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Interop;

/// <summary>
/// Litestream's own read-only VFS over a replica, in a <c>sqlite3</c> process that stays open between questions, as a
/// reader of a live replica does.
/// </summary>
internal sealed class GenuineVfs : IDisposable
{
    private readonly ChildProcess _sqlite3;
    private readonly Sandbox _sandbox;
    private readonly string _log;
    private int _questions;

    private GenuineVfs(ChildProcess sqlite3, Sandbox sandbox, string log)
    {
        _sqlite3 = sqlite3;
        _sandbox = sandbox;
        _log = log;
    }

    /// <summary>What the VFS wrote to its log, and sqlite3 to its streams.</summary>
    public string Said => _sqlite3.Said + (File.Exists(_log) ? "\n" + File.ReadAllText(_log) : "");

    /// <param name="hydrated">Where the VFS writes a whole local copy, by its own restore; null for none.</param>
    public static async Task<GenuineVfs> OpenAsync(Tenant tenant, string? hydrated = null)
    {
        var log = tenant.Sandbox.NextRestorePath() + ".vfs.log";
        var environment = new Dictionary<string, string>(tenant.Sandbox.Environment)
        {
            ["LITESTREAM_REPLICA_URL"] = tenant.ReplicaUrl,
            ["LITESTREAM_LOG_FILE"] = log,
        };
        if (hydrated is not null)
        {
            environment["LITESTREAM_HYDRATION_ENABLED"] = "true";
            environment["LITESTREAM_HYDRATION_PATH"] = hydrated;
        }

        var vfs = new GenuineVfs(ChildProcess.Start("sqlite3", [], tenant.Sandbox.Root, environment), tenant.Sandbox, log);
        await vfs._sqlite3.Input.WriteLineAsync($".load {Path.Combine(await NodeModules.FolderAsync(), "litestream-vfs-linux-amd64", "litestream-vfs.so")}");
        await vfs._sqlite3.Input.WriteLineAsync(".open file:replica.db?vfs=litestream");
        return vfs;
    }

    public Task<string> DumpAsync() => AskAsync(".dump");

    public async Task<string> QueryAsync(string sql) => (await AskAsync(sql + ";")).Trim();

    public void Dispose() => _sqlite3.Dispose();

    // Each answer goes to a file of its own: sqlite3 holds back what it writes to a pipe until it ends.
    private async Task<string> AskAsync(string question)
    {
        var answer = Path.Combine(_sandbox.Folder("answers"), $"{Environment.CurrentManagedThreadId}-{Guid.NewGuid():N}-{_questions++.ToString(CultureInfo.InvariantCulture)}");
        await _sqlite3.Input.WriteLineAsync($".output {answer}\n{question}\n.output {answer}.done\nSELECT 'done';\n.output");
        await _sqlite3.Input.FlushAsync();
        await Eventually.TrueAsync(() => _sqlite3.HasExited || (File.Exists(answer + ".done") && new FileInfo(answer + ".done").Length > 0),
            () => $"the VFS answers {question}\n{Said}");
        Assert.False(_sqlite3.HasExited, "sqlite3 with the VFS ended\n" + Said);
        return await File.ReadAllTextAsync(answer);
    }
}
