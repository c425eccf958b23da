using System.Globalization;
using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd;

/// <summary>
/// A folder for one test: watched directories, replica, state. Gone afterwards, unless LITESTREAM_TESTS_KEEP is set; agents
/// that still run end with it.
/// </summary>
internal sealed class Sandbox : IDisposable
{
    private readonly List<RunningAgent> _agents = [];
    private int _restores;
    private bool _isKept;

    public Sandbox()
    {
        Root = Directory.CreateTempSubdirectory("litestream-e2e-").FullName;
        Replica = Path.Combine(Root, "replica");
        State = Path.Combine(Root, "state");
        Directory.CreateDirectory(State);
        Data = Watch("data");
        Environment = new Dictionary<string, string>
        {
            ["HOME"] = Root,
            ["XDG_STATE_HOME"] = Path.Combine(Root, "xdg"),
            ["LITESTREAM_STATE_DIR"] = State,
        };
    }

    public string Root { get; }

    /// <summary>The first watched directory.</summary>
    public string Data { get; }

    public string Replica { get; set; }

    public string ReplicaUrl => "file://" + Replica;

    public string State { get; set; }

    public List<string> WatchedDirectories { get; } = [];

    /// <summary>For child processes: nothing of the person who runs the tests leaks in.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>The same with more in it.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentWith(IReadOnlyDictionary<string, string>? more) =>
        more is null ? Environment : new Dictionary<string, string>([.. Environment, .. more]);

    /// <summary>Leaves the folder on disk: somebody has to look at it.</summary>
    public void Keep() => _isKept = true;

    /// <summary>Adds a watched directory.</summary>
    public string Watch(string name)
    {
        WatchedDirectories.Add(Folder(name));
        return WatchedDirectories[^1];
    }

    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(Root, name)).FullName;

    /// <summary>A name for a tenant; no file is made.</summary>
    public Tenant NewTenant(string? directory = null, string extension = ".db") => new(this, Guid.NewGuid(), directory ?? Data, extension);

    /// <summary>A tenant with the workload's schema and some rows.</summary>
    public async Task<Tenant> CreateTenantAsync(params string[] options)
    {
        var tenant = NewTenant();
        await WriterProgram.CreateAsync(this, tenant.Path, ["-rows", "50", .. options]);
        return tenant;
    }

    /// <summary>Where the next restored database goes.</summary>
    public string NextRestorePath() =>
        Path.Combine(Folder("restored"), Interlocked.Increment(ref _restores).ToString(CultureInfo.InvariantCulture) + ".db");

    public void Started(RunningAgent agent)
    {
        lock (_agents)
            _agents.Add(agent);
    }

    public void Dispose()
    {
        foreach (var agent in _agents)
            agent.Dispose();
        if (!_isKept && System.Environment.GetEnvironmentVariable("LITESTREAM_TESTS_KEEP") is null or "")
            Directory.Delete(Root, recursive: true);
    }
}
