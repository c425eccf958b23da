using Litestream.Agent.Watching;
using Litestream.Storage;

namespace Litestream.Agent;

/// <summary>One store that an agent is to have: what goes where, and how.</summary>
internal sealed record StorePlan
{
    /// <summary>Below the agent's state folder; empty for the folder itself.</summary>
    public required string Folder { get; init; }

    /// <summary>Opens the replicas, without any request.</summary>
    public required Func<ILogger, IReadOnlyList<ReplicaRoot>> OpenReplicas { get; init; }

    public required StoreOptions Store { get; init; }

    /// <summary>Directories of databases, absolute, each with its rule.</summary>
    public IReadOnlyList<(string Path, TenantRule Rule)> Directories { get; init; } = [];

    /// <summary>Databases that are named one by one.</summary>
    public IReadOnlyList<Configuration.SingleDatabase> Databases { get; init; } = [];

    /// <summary>A missing file is restored before anything else happens to it.</summary>
    public bool RestoresMissing { get; init; }

    /// <summary>For the warning about one disk.</summary>
    public IEnumerable<string> Watched => Directories.Select(d => d.Path).Concat(Databases.Select(d => d.Path));
}
