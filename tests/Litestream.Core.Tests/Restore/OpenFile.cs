using System.Diagnostics;

namespace Litestream.Core.Tests.Restore;

/// <summary>Another process that has made a file and holds it open: a shell, its descriptor 3.</summary>
internal sealed class OpenFile(string path) : IDisposable
{
    private readonly Process _shell = Process.Start(new ProcessStartInfo("sh") { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    public void Open() => Run($"exec 3>>'{path}'");

    public void Write(string text) => Run($"printf %s '{text}' >&3");

    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit();
        _shell.Dispose();
    }

    private void Run(string command)
    {
        _shell.StandardInput.WriteLine($"{command}; echo done");
        _shell.StandardInput.Flush();
        Assert.Equal("done", _shell.StandardOutput.ReadLine());
    }
}
