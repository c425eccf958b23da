using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Histories;

/// <summary>The applications of a chapter: processes that own tenants or share them, are killed, and come back.</summary>
internal sealed class HistoryWriters : IDisposable
{
    private const int Count = 3;

    private readonly Sandbox _sandbox;
    private readonly Random _random;
    private readonly Acknowledgements _acks;
    private readonly string _archive;
    private readonly string _templates;
    private readonly string[][] _owned;
    private readonly string[] _shared;
    private readonly ChildProcess?[] _processes = new ChildProcess?[Count];
    private readonly List<string> _complaints = [];

    public HistoryWriters(Sandbox sandbox, Random random, IReadOnlyList<Tenant> tenants, Acknowledgements acks, string archive)
    {
        (_sandbox, _random, _acks, _archive) = (sandbox, random, acks, archive);
        _templates = sandbox.Folder("templates");
        // The first two tenants belong to everybody and stay, the others to one writer each.
        _shared = [.. tenants.Take(2).Select(tenant => tenant.Path)];
        _owned = [.. Enumerable.Range(0, Count).Select(id => tenants.Skip(2).Where((_, i) => i % Count == id).Select(tenant => tenant.Path).ToArray())];
    }

    /// <summary>Makes the shared tenants. The others are made by their writers.</summary>
    public async Task CreateAsync() => (await WriterProgram.RunAsync(_sandbox, ["history", "-create", "-seed", $"{_random.Next()}", .. _shared])).MustSucceed();

    /// <summary>Starts whoever does not run.</summary>
    public void StartAll()
    {
        for (var id = 0; id < Count; id++)
            StartIfAway(id, null);
    }

    /// <summary>SIGKILL for one of them, wherever it is.</summary>
    public async Task KillOneAsync()
    {
        var process = _processes[_random.Next(Count)]!;
        process.Send(Signal.Kill);
        await process.WaitForExitAsync(Eventually.Patience);
    }

    /// <summary>One of them comes back as a process that dies inside the fsync of a commit. False when it did not get there in time.</summary>
    public async Task<bool> OneDiesInFsyncAsync(TimeSpan patience)
    {
        var id = _random.Next(Count);
        _processes[id]!.Send(Signal.Kill);
        await _processes[id]!.WaitForExitAsync(Eventually.Patience);
        // Mostly long enough for the agent to look at the frames of a commit that never will be.
        StartIfAway(id, await DyingInFsync.AtAsync(_random.Next(1, 25), _random.Next(4) == 0 ? 0 : _random.Next(100, 400)), "-full");
        var process = _processes[id]!;
        for (var deadline = DateTime.UtcNow + patience; !process.HasExited && DateTime.UtcNow < deadline;)
            await Task.Delay(10);
        if (process.HasExited)
            return true;
        process.Send(Signal.Kill);
        await process.WaitForExitAsync(Eventually.Patience);
        return false;
    }

    public void SendAll(int signal)
    {
        foreach (var process in _processes)
            process?.Send(signal);
    }

    /// <summary>Everybody has finished what a killed process before it had begun.</summary>
    public Task AreReadyAsync() => Eventually.TrueAsync(() => _processes.All(process => process!.Lines.Contains("ready")), () => $"all writers are ready\n{Complaints}");

    /// <summary>Ends them in order. What they and those before them complained of; null when nothing.</summary>
    public async Task<string?> StopAsync()
    {
        SendAll(Signal.Terminate);
        foreach (var process in _processes.OfType<ChildProcess>())
            await process.WaitForExitAsync(TimeSpan.FromSeconds(60));
        return Complaints is { Length: > 0 } complaints ? complaints : null;
    }

    /// <summary>The errors that writers met and that no healthy database gives.</summary>
    public string Complaints => string.Join('\n', _complaints.Concat(_processes.OfType<ChildProcess>().SelectMany(ComplaintsOf)));

    public void Dispose()
    {
        foreach (var process in _processes)
            process?.Dispose();
    }

    private static IEnumerable<string> ComplaintsOf(ChildProcess process) =>
        process.Lines.Where(line => line != "ready" && !line.StartsWith("commits=", StringComparison.Ordinal));

    private void StartIfAway(int id, IReadOnlyDictionary<string, string>? more, params string[] options)
    {
        if (_processes[id] is { HasExited: false })
            return;
        if (_processes[id] is { } dead)
        {
            _complaints.AddRange(ComplaintsOf(dead));
            dead.Dispose();
        }

        _processes[id] = WriterProgram.StartWith(_sandbox, more, ["history", .. _owned[id], "-shared", string.Join(',', _shared), "-id", $"{id + 1}",
            "-seed", $"{_random.Next()}", "-acks", _acks.NewFile(), "-archive", _archive, "-templates", _templates, .. options]);
    }
}
