namespace Litestream.EndToEnd.Programs;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder that holds Litestream.sln.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Litestream.sln")))
                return folder.FullName;
        throw new InvalidOperationException($"No Litestream.sln above {AppContext.BaseDirectory}: run the tests from a checkout.");
    }
}
