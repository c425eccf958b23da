namespace Litestream.Agent.Watching;

/// <summary>What happened to one name in a directory.</summary>
internal enum FileChange
{
    /// <summary>Created, or renamed to this name.</summary>
    Appeared,

    Written,

    /// <summary>Deleted, or renamed away.</summary>
    Gone,
}
