using System.Diagnostics;
using System.Globalization;
using Litestream.Tests.Needs;

namespace Litestream.EndToEnd.Programs;

/// <summary>
/// Ends what a test process started when that is killed: a shell that reads from a pipe who was started, and when the pipe breaks kills those that are who they were. The kernel's own
/// signal for it (<c>PR_SET_PDEATHSIG</c>) comes when the thread ends that started a program, and those of a pool come and go.
/// </summary>
internal sealed class Undertaker : IDisposable
{
    private const string Script = """
        trap '' INT HUP TERM
        exec >/dev/null 2>&1
        born() { sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f20; }
        while read -r pid; do all="$all $pid:$(born "$pid")"; done
        for one in $all; do
            pid=${one%%:*}
            [ "$(born "$pid")" != "${one#*:}" ] || kill -9 "$pid"
        done
        """;

    private readonly Process _shell;

    public Undertaker()
    {
        // In a session of its own: who ends a whole group does not end it.
        string[] words = [.. Need.OnPath("setsid") ? new[] { "setsid" } : [], "sh", "-c", Script];
        _shell = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true })!;
        _shell.StandardInput.AutoFlush = true;
    }

    /// <summary>Of this test process.</summary>
    public static Undertaker Own { get; } = new();

    /// <summary>It ends with this.</summary>
    public void Tell(int pid)
    {
        lock (_shell)
            _shell.StandardInput.WriteLine(pid.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>As if this process had ended.</summary>
    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit();
        _shell.Dispose();
    }
}
