namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>A <c>litestream.yml</c> after its checks, or <c>replicate DB URL...</c> in its form; what is null there is not said.</summary>
internal sealed record ConfigurationFile
{
    /// <summary>As the user named it.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute; names the state folder. Of the file, or without one of its only database.</summary>
    public required string Path { get; init; }

    public required IReadOnlyList<DatabaseEntry> Databases { get; init; }

    /// <summary>What is said for all databases, by the file and the environment: that of one that is registered while the agent runs.</summary>
    public required PointSettings Points { get; init; }

    public ListenAddress? Address { get; init; }

    public string? ApiToken { get; init; }

    public string? StateRoot { get; init; }

    /// <summary>A command line that runs while the agent does, and ends it.</summary>
    public Located<string>? Exec { get; init; }

    public string? LogLevel { get; init; }

    public string? LogType { get; init; }

    public TimeSpan? QuietTime { get; init; }

    public TimeSpan? LiveCheckInterval { get; init; }

    public TimeSpan? SweepInterval { get; init; }

    public TimeSpan? DrillInterval { get; init; }

    public TimeSpan? LagLimit { get; init; }

    public TimeSpan? ShutdownTimeout { get; init; }

    public string? FleetTable { get; init; }

    public string? HostId { get; init; }

    public TimeSpan? FleetInterval { get; init; }

    public Located<string>? MoveHook { get; init; }

    public IReadOnlyList<string>? RestoreDirectories { get; init; }

    public long? SpoolCapBytes { get; init; }

    public long? WalCapBytes { get; init; }

    public int? MaxHot { get; init; }

    public bool? KeepJournalMode { get; init; }

    /// <summary>Keys that have no effect, each with its place.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
