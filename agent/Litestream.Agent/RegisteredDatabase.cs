namespace Litestream.Agent;

/// <summary>What is remembered of a database that was registered while an agent ran.</summary>
/// <param name="Path">Absolute path of the file.</param>
/// <param name="Name">What the agent calls it.</param>
/// <param name="Replica">URL of its replica, or an absolute folder: the place itself, as in a configuration file.</param>
internal sealed record RegisteredDatabase(string Path, string Name, string Replica);
