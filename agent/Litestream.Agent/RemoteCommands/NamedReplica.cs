using Litestream.Storage;

namespace Litestream.Agent.RemoteCommands;

/// <summary>The replica that a command named, for as long as the command runs.</summary>
/// <param name="storage">Of the one tenant.</param>
/// <param name="root">What ends with it; null: a replica of the agent's own.</param>
internal sealed class NamedReplica(IReplicaStorage storage, ReplicaRoot? root) : IDisposable
{
    public IReplicaStorage Storage => storage;

    /// <summary>What is found there says something of the tenant's own backup.</summary>
    public bool IsOwn => root is null;

    public void Dispose() => root?.Dispose();
}
