using System.Diagnostics;
using Litestream.Agent.Tests.Commands;

namespace Litestream.Agent.Tests;

/// <summary>The program as a process, as it lies beside the tests.</summary>
internal static class ProgramProcess
{
    public static string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "litestream");

    /// <summary>Root keeps its name and loses its power over permissions; for anybody else nothing changes.</summary>
    public static Task<ProgramRun> RunUnprivilegedAsync(params string[] arguments) => Environment.IsPrivilegedProcess
        ? RunAsync("setpriv", ["--bounding-set=-dac_override,-dac_read_search", Path, .. arguments])
        : RunAsync(Path, arguments);

    public static async Task<ProgramRun> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
        return new(process.ExitCode, await output, await error);
    }
}
