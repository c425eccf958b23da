using Litestream.Agent.Commands;
using Litestream.Agent.Configuration;

namespace Litestream.Agent.Tests.Commands;

/// <summary>One call of the program's command line inside the test, with what it printed.</summary>
internal sealed record ProgramRun(int ExitCode, string Out, string Error)
{
    public static async Task<ProgramRun> Of(string workingDirectory, params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var code = await CommandLine.RunAsync(arguments, new()
        {
            Environment = new AgentEnvironment { WorkingDirectory = workingDirectory, StateDirectory = Path.Combine(workingDirectory, "state") },
            Out = output,
            Error = error,
        });
        return new(code, output.ToString(), error.ToString());
    }
}
