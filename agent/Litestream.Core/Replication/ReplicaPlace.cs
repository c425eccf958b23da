using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>One of the places that a store replicates its databases to, each database into a replica of its own there. No place waits for another.</summary>
/// <param name="Ordinal">Its number among the store's places, from 0.</param>
/// <param name="Points">How far back it goes, and how fine: each place by itself.</param>
internal sealed record ReplicaPlace(int Ordinal, ReplicaRoot Root, RestorePoints Points, ReplicaBooks Books, LocalCopies Copies)
{
    /// <summary>Most places of one store: they are counted in the bits of a word.</summary>
    public const int MaxCount = 16;

    public uint Bit => 1u << Ordinal;
}
