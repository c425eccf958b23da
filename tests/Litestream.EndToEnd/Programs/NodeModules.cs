namespace Litestream.EndToEnd.Programs;

/// <summary>The packages of tests/package.json, installed once, however many test processes ask at the same time.</summary>
internal static class NodeModules
{
    private static readonly Lazy<Task<string>> Installed = new(InstallAsync);

    /// <summary>tests/node_modules, when everything is in it.</summary>
    public static Task<string> FolderAsync() => Installed.Value;

    private static async Task<string> InstallAsync()
    {
        var tests = Path.Combine(Repository.Root, "tests");
        var modules = Path.Combine(tests, "node_modules");
        var written = Path.Combine(modules, ".package-lock.json");
        Directory.CreateDirectory(Path.Combine(Repository.Root, "out"));
        using var alone = FileLock.Take(Path.Combine(Repository.Root, "out", ".npm-lock"));
        if (!File.Exists(written) || File.GetLastWriteTimeUtc(written) < File.GetLastWriteTimeUtc(Path.Combine(tests, "package-lock.json")))
            (await ChildProcess.RunAsync("npm", ["ci", "--no-fund", "--no-audit"], tests)).MustSucceed();
        return modules;
    }
}
