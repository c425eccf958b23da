using System.Diagnostics;
using System.Globalization;

namespace Litestream.Core.Tests.Replication;

/// <summary>An application with the engine in its own process (tests/Litestream.Embedder), as a process of the test.</summary>
internal sealed class EmbedderProcess : IDisposable
{
    /// <summary>Beside this one's: bin/&lt;configuration&gt;/&lt;framework&gt;.</summary>
    private static readonly string Program = Path.Combine([
        .. new[] { Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../..")), "Litestream.Embedder", "bin" },
        .. AppContext.BaseDirectory.Split('/', StringSplitOptions.RemoveEmptyEntries)[^2..], "Litestream.Embedder.dll"]);

    private readonly Process _process;
    private readonly List<string> _lines = [];

    private EmbedderProcess(params IEnumerable<string> arguments)
    {
        _process = Process.Start(new ProcessStartInfo("dotnet", [Program, .. arguments]) { RedirectStandardOutput = true })!;
        _process.OutputDataReceived += (_, line) =>
        {
            lock (_lines)
                _lines.Add(line.Data ?? "end");
        };
        _process.BeginOutputReadLine();
    }

    public static EmbedderProcess Load(ReplicatedFolder folder, double seconds, int seed) => new(
        "load", folder.PathOf(ReplicatedFolder.Name), "file://" + folder.Backups, folder.State, seconds.ToString(CultureInfo.InvariantCulture), seed.ToString(CultureInfo.InvariantCulture));

    public static EmbedderProcess With(ReplicatedFolder folder, params IEnumerable<string> how) =>
        new([how.First(), folder.PathOf(ReplicatedFolder.Name), "file://" + folder.Backups, folder.State, .. how.Skip(1)]);

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public string Said => string.Join('\n', Lines);

    /// <summary>How many rows of each writer the last sync stands for, and how many syncs there were.</summary>
    public (long[] Rows, int Count) Synced()
    {
        var synced = Lines.Where(l => l.StartsWith("synced ", StringComparison.Ordinal)).ToList();
        return (synced.Count == 0 ? [0, 0, 0] : [.. synced[^1].Split(' ')[2..5].Select(n => long.Parse(n, CultureInfo.InvariantCulture))], synced.Count);
    }

    public async Task<int> WaitForExitAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await _process.WaitForExitAsync(patience.Token);
        await ReplicatedFolder.WaitAsync(() => Lines is [.., "end"], "all it said");
        return _process.ExitCode;
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
