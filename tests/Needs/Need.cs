namespace Litestream.Tests.Needs;

/// <summary>
/// What a test needs of the machine. Missing: the test is skipped with the reason, unless LITESTREAM_TESTS_REQUIRE
/// names the need (<c>node,sqlite3</c>); then it runs and fails. Shared by the test projects as a linked file.
/// </summary>
internal static class Need
{
    private const int CapSysAdmin = 21;

    private static readonly HashSet<string> Required =
        [.. (Environment.GetEnvironmentVariable("LITESTREAM_TESTS_REQUIRE") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>May mount a small file system to fill it up: root, and not in a container that forbids it.</summary>
    public static bool CanMount { get; } = OperatingSystem.IsLinux() && Environment.UserName == "root" && HasCapability(CapSysAdmin);

    /// <summary>The reason to skip, or null to run.</summary>
    public static string? SkipReason(string need, bool isThere, string remedy) =>
        isThere || Required.Contains(need) ? null : $"needs {need}: {remedy}";

    public static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));

    private static bool HasCapability(int number)
    {
        var effective = File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapEff:", StringComparison.Ordinal))["CapEff:".Length..];
        return (Convert.ToUInt64(effective.Trim(), 16) >> number & 1) == 1;
    }
}
