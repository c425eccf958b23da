using Litestream.Fleet.Items;

namespace Litestream.Agent.RemoteCommands;

/// <summary>A command that has ended, and is to be told.</summary>
/// <param name="Command">As the item will say.</param>
/// <param name="Proof">To be in the table before it.</param>
internal readonly record struct RemoteEnd(CommandRecord Command, ProofRecord? Proof = null);
