using System.Diagnostics;

namespace Litestream.EndToEnd.Programs;

/// <summary>
/// A program under test as a user gets it: what a variable names, else what lies in out/ if it is newer than its sources, else published now, once, however
/// many test processes ask at the same time.
/// </summary>
internal static class Publication
{
    /// <param name="variable">Names it.</param>
    /// <param name="what">As packaging/publish.sh calls it.</param>
    /// <param name="place">Where that puts it, below out/.</param>
    /// <param name="folders">With its sources.</param>
    public static string Find(string variable, string what, string place, params string[] folders)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named)
            return File.Exists(named) ? Path.GetFullPath(named) : throw new InvalidOperationException($"{variable} names {named}, which is not there.");

        var program = Path.Combine(Repository.Root, "out", place);
        Directory.CreateDirectory(Path.Combine(Repository.Root, "out"));
        using var alone = FileLock.Take(Path.Combine(Repository.Root, "out", ".publish-lock"));
        if (!File.Exists(program) || File.GetLastWriteTimeUtc(program) < NewestSource(folders))
            Publish(what);
        return program;
    }

    private static DateTime NewestSource(IEnumerable<string> folders) =>
        folders.Append("packaging")
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories))
            .Where(path => !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal)
                && !path.EndsWith(".md", StringComparison.Ordinal))
            .Concat(Directory.EnumerateFiles(Repository.Root, "Directory.*.props"))
            .Max(File.GetLastWriteTimeUtc);

    private static void Publish(string what)
    {
        // Through sh: make may be missing. Without the variables that `dotnet test` gives its children, which name its own SDK and build.
        var start = new ProcessStartInfo("sh", ["packaging/publish.sh", what])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        using var publish = Process.Start(start)!;
        var errors = publish.StandardError.ReadToEndAsync();
        var output = publish.StandardOutput.ReadToEnd();
        publish.WaitForExit();
        if (publish.ExitCode != 0)
            throw new InvalidOperationException($"packaging/publish.sh {what} failed:\n{output}{errors.Result}");
    }
}
