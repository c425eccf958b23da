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
    private readonly Dictionary<string, string> _environment;
    private bool _isKept;
    private string? _bucketUrl;

    public Sandbox()
    {
        Root = Directory.CreateTempSubdirectory("litestream-e2e-").FullName;
        Replica = Path.Combine(Root, "replica");
        State = Path.Combine(Root, "state");
        Directory.CreateDirectory(State);
        Data = Watch("data");
        _environment = new()
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

    /// <summary>The folder's, unless a bucket is used.</summary>
    public string ReplicaUrl => _bucketUrl ?? "file://" + Replica;

    public string State { get; set; }

    public List<string> WatchedDirectories { get; } = [];

    /// <summary>For child processes: nothing of the person who runs the tests leaks in.</summary>
    public IReadOnlyDictionary<string, string> Environment => _environment;

    /// <summary>From here on the replica is a bucket; no file of it is on this disk.</summary>
    public void UseBucket(string url, string accessKeyId, string secretAccessKey)
    {
        _bucketUrl = url;
        // Set on some machines, and a client of others refuses to start with it.
        _environment["AWS_CA_BUNDLE"] = "";
        (_environment["AWS_ACCESS_KEY_ID"], _environment["AWS_SECRET_ACCESS_KEY"]) = (accessKeyId, secretAccessKey);
    }

    /// <summary>URL of something below the replica.</summary>
    public string UrlOf(string path)
    {
        var query = ReplicaUrl.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? $"{ReplicaUrl}/{path}" : $"{ReplicaUrl[..query].TrimEnd('/')}/{path}{ReplicaUrl[query..]}";
    }

    /// <summary>The same with more in it, or something else.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentWith(IReadOnlyDictionary<string, string>? more) =>
        more is null ? Environment : new Dictionary<string, string>(Environment.Where(variable => !more.ContainsKey(variable.Key)).Concat(more));

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

    /// <summary>It has ended, and what it said is kept elsewhere.</summary>
    public void Ended(RunningAgent agent)
    {
        lock (_agents)
            _agents.Remove(agent);
    }

    public void Dispose()
    {
        foreach (var agent in _agents)
            agent.Dispose();
        if (!_isKept && System.Environment.GetEnvironmentVariable("LITESTREAM_TESTS_KEEP") is null or "")
            Directory.Delete(Root, recursive: true);
    }
}
