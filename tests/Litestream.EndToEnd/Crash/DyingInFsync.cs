using System.Globalization;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Needs;

namespace Litestream.EndToEnd.Crash;

/// <summary>The library that kills an application inside the fsync of its commit (die_in_fsync.c), compiled once per test process.</summary>
internal static class DyingInFsync
{
    private static readonly string[] Compilers = ["cc", "clang", "gcc"];
    private static readonly Lazy<Task<string>> Library = new(CompileAsync);

    public static bool IsPossible => Compilers.Any(Need.OnPath);

    /// <summary>Dies in the n-th sync of a WAL.</summary>
    public static Task<Dictionary<string, string>> AtAsync(int sync, int afterMs) => EnvironmentAsync("DIE_AT", sync.ToString(CultureInfo.InvariantCulture), afterMs);

    /// <summary>Dies in the first sync of a WAL once a file is there.</summary>
    public static Task<Dictionary<string, string>> WhenAsync(string path, int afterMs) => EnvironmentAsync("DIE_WHEN", path, afterMs);

    private static async Task<Dictionary<string, string>> EnvironmentAsync(string name, string value, int afterMs) => new()
    {
        ["LD_PRELOAD"] = await Library.Value,
        [name] = value,
        ["DIE_AFTER"] = afterMs.ToString(CultureInfo.InvariantCulture),
    };

    private static async Task<string> CompileAsync()
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Crash", "die_in_fsync.c");
        var library = Path.Combine(AppContext.BaseDirectory, $"die_in_fsync.{Environment.ProcessId}.so");
        var compiler = Compilers.First(Need.OnPath);
        (await ChildProcess.RunAsync(compiler, ["-shared", "-fPIC", "-O1", "-o", library, source], AppContext.BaseDirectory)).MustSucceed();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(library);
        return library;
    }
}
