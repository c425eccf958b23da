namespace Litestream.Agent.Configuration;

/// <summary>What an agent is to do: the command line after its checks. Paths are absolute.</summary>
internal sealed record AgentOptions
{
    public IReadOnlyList<string> WatchDirectories { get; init; } = [];

    public IReadOnlyList<SingleDatabase> Databases { get; init; } = [];

    /// <summary>Replica URL as given; null for the default, <c>./backups</c>.</summary>
    public string? Replica { get; init; }

    /// <summary>Folder that holds one folder per agent; null for the default (<see cref="StateDirectory"/>).</summary>
    public string? StateRoot { get; init; }

    /// <summary>The file that says what goes where, instead of the three above; null without one.</summary>
    public ConfigFile.ConfigurationFile? File { get; init; }

    /// <summary>Missing files of single databases are restored before anything else happens to them: always with <c>-dsn</c>, with a file where it says so, or this.</summary>
    public bool RestoresMissing { get; init; }

    /// <summary>The words of a command line that runs while the agent does, and ends it; null for an agent by itself.</summary>
    public IReadOnlyList<string>? Exec { get; init; }

    /// <summary>Everything committed is replicated once, then the agent ends.</summary>
    public bool Once { get; init; }

    /// <summary>With <see cref="Once"/>: each replica ends with an image of the newest state.</summary>
    public bool ForcesSnapshot { get; init; }

    /// <summary>With <see cref="Once"/>: what retention does not keep is deleted now.</summary>
    public bool EnforcesRetention { get; init; }

    /// <summary>TCP port of page and API; 0 takes any free one; null for none: only the control socket.</summary>
    public int? Port { get; init; } = 8080;

    /// <summary>Address to listen on; null for loopback.</summary>
    public string? Bind { get; init; }

    /// <summary>Whoever changes something from beyond loopback must show it.</summary>
    public string? ApiToken { get; init; }

    /// <summary>Longest time for the last sync at the end.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A tenant whose newest commit waits longer for the replica is unhealthy.</summary>
    public TimeSpan LagLimit { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Every backup is restored and proven within this, without anyone asking; null: only when somebody asks.</summary>
    public TimeSpan? DrillInterval { get; init; }

    /// <summary>Null: in no fleet.</summary>
    public FleetOptions? Fleet { get; init; }

    /// <summary>Absolute; beside the watched directories those that may be restored into, whoever asks.</summary>
    public IReadOnlyList<string> RestoreDirectories { get; init; } = [];

    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What the command line says of points in time: it wins over every line of the file.</summary>
    public ConfigFile.PointSettings Points { get; init; } = new();

    /// <summary>How the stores work; state directories are filled in at start.</summary>
    public StoreOptions Store { get; init; } = new() { StateDirectory = "" };

    public LogOptions Log { get; init; } = new();

    /// <summary>Everything that is watched, absolute, or the file that says it: what names the agent's state folder.</summary>
    public IEnumerable<string> Watched => File is not null ? [File.Path] : WatchDirectories.Concat(Databases.Select(d => d.Path));
}
