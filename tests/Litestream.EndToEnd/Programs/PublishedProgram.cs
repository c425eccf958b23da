using System.Diagnostics;

namespace Litestream.EndToEnd.Programs;

/// <summary>
/// The program under test as a user gets it: LITESTREAM_PROGRAM, else out/litestream if it is newer than the sources,
/// else published now, once, however many test processes ask at the same time.
/// </summary>
internal static partial class PublishedProgram
{
    private static readonly Lazy<string> Found = new(Find);

    public static string Path => Found.Value;

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("LITESTREAM_PROGRAM") is { Length: > 0 } named)
            return File.Exists(named) ? System.IO.Path.GetFullPath(named) : throw new InvalidOperationException($"LITESTREAM_PROGRAM names {named}, which is not there.");

        var program = System.IO.Path.Combine(Repository.Root, "out", "litestream");
        Directory.CreateDirectory(System.IO.Path.Combine(Repository.Root, "out"));
        using var alone = FileLock.Take(System.IO.Path.Combine(Repository.Root, "out", ".publish-lock"));
        if (!File.Exists(program) || File.GetLastWriteTimeUtc(program) < NewestSource())
            Publish();
        return program;
    }

    private static DateTime NewestSource() =>
        new[] { "agent", "packaging" }
            .SelectMany(folder => Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories))
            .Where(path => !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal)
                && !path.EndsWith(".md", StringComparison.Ordinal))
            .Concat(Directory.EnumerateFiles(Repository.Root, "Directory.*.props"))
            .Max(File.GetLastWriteTimeUtc);

    private static void Publish()
    {
        // Through sh: make may be missing. Without the variables that `dotnet test` gives its children, which name its own SDK and build.
        var start = new ProcessStartInfo("sh", ["packaging/publish.sh", "agent"])
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
            throw new InvalidOperationException($"packaging/publish.sh agent failed:\n{output}{errors.Result}");
    }
}
