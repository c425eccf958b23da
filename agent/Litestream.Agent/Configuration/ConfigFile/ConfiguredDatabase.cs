using Litestream.Storage;

namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>One database of a file, with where its backups are.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Name">What it is called in the status of an agent.</param>
/// <param name="Replicas">Each the replica of this database alone.</param>
internal sealed record ConfiguredDatabase(string Path, string Name, IReadOnlyList<ReplicaEntry> Replicas)
{
    /// <summary>Not null: this stands for a directory, of which no replica says what is in it.</summary>
    public StorageException? Trouble { get; init; }
}
