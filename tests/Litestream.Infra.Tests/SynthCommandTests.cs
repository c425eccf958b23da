using System.Diagnostics;
using Litestream.EndToEnd.Needs;
using Litestream.EndToEnd.Programs;

namespace Litestream.Infra.Tests;

/// <summary>`cdk synth` itself, as `make synth` runs it: the CDK's own command line, which starts our program.</summary>
public sealed class SynthCommandTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Where its own project built it, with what it needs beside it.</summary>
    private static string Program => Path.Combine(AppContext.BaseDirectory.Replace("tests/Litestream.Infra.Tests", "infra/Litestream.Infra", StringComparison.Ordinal), "Litestream.Infra.dll");

    [NeedsNodeTheory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task It_leaves_templates_at_the_top_level_without_an_account(string stage)
    {
        using var inputs = new Inputs();
        using var output = new TemporaryFolder();
        var (code, said) = await SynthAsync(output.Path, "-c", $"stage={stage}", "-c", $"program={inputs.Program}", "-c", $"dashboard={inputs.Dashboard}", "-c", "architecture=x64");
        Assert.True(code == 0, said);
        Assert.Equal([$"Litestream-{stage}-Data.template.json", $"Litestream-{stage}-Service.template.json"], Directory.GetFiles(output.Path, "*.template.json").Select(Path.GetFileName).Order());
    }

    [NeedsNode]
    public async Task What_is_missing_is_said_in_a_sentence()
    {
        using var output = new TemporaryFolder();
        var (code, said) = await SynthAsync(output.Path, "-c", "program=/nowhere");
        Assert.NotEqual(0, code);
        Assert.Contains("program: there is no bootstrap in /nowhere; `make cloud` makes it, or name its folder by -c program=PATH", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", said, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Said)> SynthAsync(string output, params string[] arguments)
    {
        var infra = Path.Combine(Repository.Root, "infra");
        Directory.CreateDirectory(Path.Combine(Repository.Root, "out"));
        using (FileLock.Take(Path.Combine(Repository.Root, "out", ".npm-infra-lock")))
        {
            if (!File.Exists(Path.Combine(infra, "node_modules", ".bin", "cdk")))
                Assert.Equal((0, ""), ((await RunAsync(infra, "npm", "ci", "--no-fund", "--no-audit", "--silent")).Code, ""));
        }
        return await RunAsync(infra, "node_modules/.bin/cdk", ["synth", "--quiet", "--app", $"dotnet {Program}", "--output", output, .. arguments]);
    }

    private static async Task<(int Code, string Said)> RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program.Contains('/') ? Path.Combine(folder, program) : program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CDK_DISABLE_CLI_TELEMETRY"] = "true";
        using var process = Process.Start(start)!;
        using var late = new CancellationTokenSource(Patience);
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(late.Token), process.StandardError.ReadToEndAsync(late.Token));
        await process.WaitForExitAsync(late.Token);
        return (process.ExitCode, string.Concat(said));
    }
}
