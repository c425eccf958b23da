namespace Litestream.EndToEnd.Programs;

/// <summary>The application of the tests (tests/Litestream.Writer) as a process of its own.</summary>
internal static class WriterProgram
{
    private static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "Litestream.Writer.dll");

    private static readonly string Host =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

    /// <summary>How a shell starts it.</summary>
    public static string Typed => $"'{Host}' '{Assembly}'";

    public static Task<ProgramResult> RunAsync(Sandbox sandbox, params string[] arguments) =>
        ChildProcess.RunAsync(Host, [Assembly, .. arguments], sandbox.Root, sandbox.Environment);

    public static ChildProcess Start(Sandbox sandbox, params string[] arguments) =>
        ChildProcess.Start(Host, [Assembly, .. arguments], sandbox.Root, sandbox.Environment);

    /// <summary>With more in its environment.</summary>
    public static ChildProcess StartWith(Sandbox sandbox, IReadOnlyDictionary<string, string>? more, params string[] arguments) =>
        ChildProcess.Start(Host, [Assembly, .. arguments], sandbox.Root, sandbox.EnvironmentWith(more));

    public static async Task CreateAsync(Sandbox sandbox, string path, params string[] options) =>
        (await RunAsync(sandbox, ["create", path, .. options])).MustSucceed();

    /// <summary>The content of each database as one digest; an error instead where it cannot be read.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> DigestsAsync(Sandbox sandbox, params string[] paths) =>
        Lines(await RunAsync(sandbox, ["dump", "-digest", .. paths]));

    /// <summary>For each database <c>ok</c>, or what integrity_check or the workload's own rule found.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ChecksAsync(Sandbox sandbox, params string[] paths) =>
        Lines(await RunAsync(sandbox, ["check", .. paths]));

    private static Dictionary<string, string> Lines(ProgramResult result)
    {
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t', 2)).ToList();
        Assert.True(lines.All(line => line.Length == 2), $"{result.Command}\n{result.All}");
        return lines.ToDictionary(line => line[0], line => line[1]);
    }
}
