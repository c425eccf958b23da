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

    /// <summary>TCP port of page and API; 0 takes any free one.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Address to listen on; null for loopback.</summary>
    public string? Bind { get; init; }

    /// <summary>Whoever changes something from beyond loopback must show it.</summary>
    public string? ApiToken { get; init; }

    /// <summary>Longest time for the last sync at the end.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A tenant whose newest commit waits longer for the replica is unhealthy.</summary>
    public TimeSpan LagLimit { get; init; } = TimeSpan.FromSeconds(300);

    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How the store works; its state directory is filled in at start.</summary>
    public StoreOptions Store { get; init; } = new() { StateDirectory = "" };

    public LogOptions Log { get; init; } = new();

    /// <summary>Everything that is watched, absolute: what names the agent's state folder.</summary>
    public IEnumerable<string> Watched => WatchDirectories.Concat(Databases.Select(d => d.Path));
}
