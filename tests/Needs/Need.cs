namespace Litestream.Tests.Needs;

/// <summary>
/// What a test needs of the machine. Missing: the test is skipped with the reason, unless LITESTREAM_TESTS_REQUIRE
/// names the need (<c>node,sqlite3</c>); then it runs and fails. Shared by the test projects as a linked file.
/// </summary>
internal static class Need
{
    private static readonly HashSet<string> Required =
        [.. (Environment.GetEnvironmentVariable("LITESTREAM_TESTS_REQUIRE") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>The reason to skip, or null to run.</summary>
    public static string? SkipReason(string need, bool isThere, string remedy) =>
        isThere || Required.Contains(need) ? null : $"needs {need}: {remedy}";

    public static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));
}
