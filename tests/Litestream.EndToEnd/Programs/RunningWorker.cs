namespace Litestream.EndToEnd.Programs;

/// <summary>The published worker of a fleet: round after round by itself, a moment between them.</summary>
internal sealed class RunningWorker : IDisposable
{
    private readonly ChildProcess _process;

    private RunningWorker(ChildProcess process, string scratch) => (_process, Scratch) = (process, scratch);

    /// <summary>Where its restores lie, and nothing when it has none.</summary>
    public string Scratch { get; }

    public string Said => _process.Said;

    /// <param name="sandbox">Where it runs.</param>
    /// <param name="table">Of the fleet.</param>
    /// <param name="variables">How to get to the table, and to the store.</param>
    /// <param name="visit">Every slice is visited so often.</param>
    public static RunningWorker Launch(Sandbox sandbox, string table, IReadOnlyDictionary<string, string> variables, string visit = "6h")
    {
        var scratch = Path.Combine(sandbox.Root, "scratch");
        var worker = new Dictionary<string, string>(variables) { ["LITESTREAM_ROLE"] = "worker" };
        string[] arguments = ["-fleet-table", table, "-no-auth", "-port", "0", "-drill-scratch", scratch, "-drill-pause", "1s", "-drill-visit", visit];
        return new(ChildProcess.Start(PublishedCloud.Path, arguments, sandbox.Root, sandbox.EnvironmentWith(worker)), scratch);
    }

    public async Task KillAsync()
    {
        _process.Send(Signal.Kill);
        await _process.WaitForExitAsync(Eventually.Patience);
    }

    public async Task StopAsync()
    {
        _process.Send(Signal.Terminate);
        Assert.Equal(0, await _process.WaitForExitAsync(Eventually.Patience));
    }

    public void Dispose() => _process.Dispose();
}
