using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Litestream.Agent.Interop;

namespace Litestream.Agent.Commands;

/// <summary>
/// The application of <c>-exec</c>: a child in our own process group, with our standard streams, environment and working directory. While it runs,
/// signals are its business, and the agent ends when it does.
/// </summary>
internal sealed class ExecutedApplication
{
    private readonly IReadOnlyList<string> _words;
    private readonly ILogger _logger;

    public ExecutedApplication(IReadOnlyList<string> words, ILogger logger) => (_words, _logger) = (words, logger);

    /// <summary>Runs it to its end and answers its exit code; 128 and the signal's number when one killed it. Throws <see cref="LitestreamException"/> when it cannot be started.</summary>
    public async Task<int> RunAsync(CommandContext context)
    {
        using var process = Start(context.Environment.WorkingDirectory);
        _logger.ApplicationStarted(string.Join(' ', _words), process.Id);
        using (context.Interruption?.PassTo(signal => Forward(signal, process)))
        {
            // One that came before it could be passed on.
            if (context.Stop.IsCancellationRequested)
                Forward(PosixSignal.SIGTERM, process);
            await process.WaitForExitAsync(CancellationToken.None);
        }
        _logger.ApplicationEnded(process.Id, process.ExitCode);
        return process.ExitCode;
    }

    private Process Start(string folder)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(_words[0], _words.Skip(1)) { UseShellExecute = false, WorkingDirectory = folder })!;
        }
        catch (Exception error) when (error is Win32Exception or IOException or UnauthorizedAccessException)
        {
            throw new LitestreamException($"cannot start \"{_words[0]}\" of -exec: {error.Message}", error, "no shell is run: for pipes and variables write -exec \"sh -c '…'\"");
        }
    }

    private void Forward(PosixSignal signal, Process process)
    {
        // Ctrl-C goes to the whole foreground group: the application has had it, and a second one might mean something else to it.
        if (signal == PosixSignal.SIGINT && IsInForeground())
            return;
        _logger.ApplicationSignalled(signal.ToString(), process.Id);
        if (!OperatingSystem.IsWindows() && !process.HasExited)
            _ = Libc.Kill(process.Id, Libc.NumberOf(signal));
    }

    private static bool IsInForeground()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        var terminal = Libc.Open("/dev/tty", Libc.CloseOnExec);
        if (terminal < 0)
            return false;
        var group = Libc.ForegroundGroup(terminal);
        _ = Libc.Close(terminal);
        return group == Libc.OwnGroup();
    }
}
