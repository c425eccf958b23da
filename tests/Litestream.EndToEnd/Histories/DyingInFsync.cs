using System.Globalization;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Histories;

/// <summary>The library that kills an application inside the fsync of its commit (die_in_fsync.c).</summary>
internal static class DyingInFsync
{
    private static readonly CompiledLibrary Library = new("Histories", "die_in_fsync");

    public static bool IsPossible => CompiledLibrary.IsPossible;

    /// <summary>Dies in the n-th sync of a WAL.</summary>
    public static Task<Dictionary<string, string>> AtAsync(int sync, int afterMs) => EnvironmentAsync("DIE_AT", sync.ToString(CultureInfo.InvariantCulture), afterMs);

    /// <summary>Dies in the first sync of a WAL once a file is there.</summary>
    public static Task<Dictionary<string, string>> WhenAsync(string path, int afterMs) => EnvironmentAsync("DIE_WHEN", path, afterMs);

    private static async Task<Dictionary<string, string>> EnvironmentAsync(string name, string value, int afterMs) => new()
    {
        ["LD_PRELOAD"] = await Library.PathAsync(),
        [name] = value,
        ["DIE_AFTER"] = afterMs.ToString(CultureInfo.InvariantCulture),
    };
}
