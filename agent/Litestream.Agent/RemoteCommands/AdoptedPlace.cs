using Litestream.Restore;
using Litestream.Storage;

namespace Litestream.Agent.RemoteCommands;

/// <summary>Where a tenant comes to, and from where.</summary>
/// <param name="Path">Of its file here.</param>
/// <param name="Store">Of the directory.</param>
/// <param name="From">Its replica that goes furthest; null: its file is here.</param>
internal sealed record AdoptedPlace(string Path, Store Store, IReplicaStorage? From)
{
    /// <summary>An earlier run of the agent had the table's word for it: its file may be here, too.</summary>
    public bool IsBegun { get; init; }

    /// <summary>What of it is here already, before anybody was disturbed.</summary>
    public SeededPages Seeded { get; } = new();
}
