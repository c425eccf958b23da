using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Library;

/// <summary>
/// The packages as an application gets them: packed from the checkout into a folder that serves as a feed. Once for each framework, in the build's own
/// folders below out/, whoever else builds at the same time.
/// </summary>
internal static class PackedLibrary
{
    /// <summary>Never on a registry, and never in anybody's package folder: a stale copy would be taken.</summary>
    public const string Version = "0.1.0-endtoend";

    public static async Task<string> PackAsync(Sandbox sandbox, string framework)
    {
        var feed = sandbox.Folder($"feed-{framework}");
        using var alone = FileLock.Take(Path.Combine(Repository.Root, "out", ".pack-lock"));
        foreach (var project in new[] { "agent/Litestream.Core", "agent/Litestream.Hosting" })
        {
            (await DotnetAsync(sandbox, Repository.Root,
                "pack", project, "-c", "Release", "-o", feed, "-nologo", "-v", "quiet", "-nodeReuse:false", $"-p:Version={Version}", $"-p:LitestreamTfm={framework}")).MustSucceed();
        }
        return feed;
    }

    /// <summary>
    /// A copy of samples/Embedded, whose only Litestream is that of the feed. Packages that the machine has already are used where they lie; those of the feed
    /// are unpacked into the sandbox.
    /// </summary>
    public static async Task<string> BuildSampleAsync(Sandbox sandbox, string feed, string framework, params string[] more)
    {
        var source = Path.Combine(Repository.Root, "samples", "Embedded");
        var folder = sandbox.Folder($"sample-{framework}");
        foreach (var file in Directory.EnumerateFiles(source).Where(f => !f.EndsWith("nuget.config", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        // In the file: restore does not heed a framework on the command line.
        var project = Path.Combine(folder, "Embedded.csproj");
        File.WriteAllText(project, File.ReadAllText(project).Replace("net10.0", framework, StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""<configuration><packageSources><add key="feed" value="{feed}" /></packageSources></configuration>""");
        var output = Path.Combine(folder, "published");
        (await DotnetAsync(sandbox, folder,
            ["publish", "-c", "Release", "-o", output, "-nologo", "-v", "quiet", "-nodeReuse:false", $"-p:LitestreamVersion={Version}",
                $"-p:RestorePackagesPath={sandbox.Folder("packages")}", $"-p:RestoreFallbackFolders={PackageFolder}", .. more])).MustSucceed();
        return output;
    }

    private static string PackageFolder => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>Native compilers take minutes beside other tests. With the home of whoever runs the tests, as that says where packages come from; without what `dotnet test` gives its children.</summary>
    private static Task<ProgramResult> DotnetAsync(Sandbox sandbox, string folder, params string[] arguments) =>
        ChildProcess.RunAsync("env", [.. Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).SelectMany(name => new[] { "-u", name }), "dotnet", .. arguments],
            folder, new Dictionary<string, string> { ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["DOTNET_NOLOGO"] = "1", ["TMPDIR"] = sandbox.Folder("tmp") }, patienceMinutes: 20);
}
