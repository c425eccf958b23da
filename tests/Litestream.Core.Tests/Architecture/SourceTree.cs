namespace Litestream.Core.Tests.Architecture;

/// <summary>The repository's own source files, as the style tests read them.</summary>
internal static class SourceTree
{
    private static readonly string[] NotOurs = ["bin", "obj", "out", "node_modules", "TestResults", "cdk.out"];

    /// <summary>The folder that holds Litestream.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every C# file of the product.</summary>
    public static IReadOnlyList<SourceFile> Product { get; } =
        [.. new[] { "agent", "cloud", "infra", "samples" }.SelectMany(folder => Read(Path.Combine(Root, folder)))];

    /// <summary>Every C# file of the tests.</summary>
    public static IReadOnlyList<SourceFile> Tests { get; } = [.. Read(Path.Combine(Root, "tests"))];

    public static IEnumerable<SourceFile> All => Product.Concat(Tests);

    private static IEnumerable<SourceFile> Read(string folder) =>
        !Directory.Exists(folder) ? [] :
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path))
            .Where(path => !path.Split('/').Any(NotOurs.Contains))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(Root, path))));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Litestream.sln")))
                return folder.FullName;
        throw new InvalidOperationException($"No Litestream.sln above {AppContext.BaseDirectory}: run the tests from a checkout.");
    }
}
