using Litestream.Storage;

namespace Litestream.Agent.Commands;

/// <summary>The replica of one database.</summary>
/// <param name="Root">What was opened.</param>
/// <param name="Path">Where below it; empty for the root itself.</param>
internal sealed record FoundReplica(ReplicaRoot Root, string Path)
{
    public IReplicaStorage Storage => Root.Open(Path);
}
