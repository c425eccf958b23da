using System.ComponentModel;
using System.Diagnostics;
using Litestream.Agent.Commands;

namespace Litestream.Agent.Demo;

/// <summary>The writer's process, for as long as the demo runs.</summary>
internal sealed class DemoWriter : IDisposable
{
    /// <summary>What the writer says when every tenant has its file.</summary>
    public const string Ready = "ready";

    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(5);

    private readonly Process _process;

    private DemoWriter(Process process) => _process = process;

    /// <summary>Starts it, and waits until the tenants are there.</summary>
    public static DemoWriter Start(DemoFolder folder)
    {
        // A process of its own also because this one must not call SQLite before the store has set it up.
        var start = new ProcessStartInfo(DemoProgram.FileName) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in DemoProgram.FirstArguments)
            start.ArgumentList.Add(argument);
        start.ArgumentList.Add(DemoWriterCommand.Verb);
        start.ArgumentList.Add(folder.Clients);
        try
        {
            var writer = new DemoWriter(Process.Start(start)!);
            if (writer._process.StandardOutput.ReadLine() == Ready)
                return writer;
            writer.Dispose();
            throw new LitestreamException("the demo's writer ended at once", hint: $"can you write to {folder.Clients}?");
        }
        catch (Win32Exception error)
        {
            throw new LitestreamException($"cannot start the demo's writer: {error.Message}", error);
        }
    }

    /// <summary>Before the agent stops: its last sync is then the last word.</summary>
    public void Stop()
    {
        if (_process.HasExited)
            return;
        _process.StandardInput.Close();
        if (!_process.WaitForExit(LongestEnd))
            _process.Kill();
    }

    public void Dispose()
    {
        Stop();
        _process.Dispose();
    }
}
