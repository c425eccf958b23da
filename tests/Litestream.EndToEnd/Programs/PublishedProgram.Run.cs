namespace Litestream.EndToEnd.Programs;

internal static partial class PublishedProgram
{
    /// <summary>Runs a command to its end.</summary>
    public static Task<ProgramResult> RunAsync(Sandbox sandbox, params string[] arguments) =>
        ChildProcess.RunAsync(Path, arguments, sandbox.Root, sandbox.Environment);
}
