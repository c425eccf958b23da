namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>One item of <c>dbs</c>: a database, or all that are in a directory.</summary>
internal sealed record DatabaseEntry
{
    public required Position At { get; init; }

    /// <summary>Absolute: a database's file, or a directory.</summary>
    public required string Path { get; init; }

    /// <summary>Null for a single database.</summary>
    public DirectoryEntry? Directory { get; init; }

    public required IReadOnlyList<ReplicaEntry> Replicas { get; init; }

    /// <summary>A missing file is restored before anything else happens to it.</summary>
    public bool RestoreIfMissing { get; init; }
}
