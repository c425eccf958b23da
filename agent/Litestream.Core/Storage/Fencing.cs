namespace Litestream.Storage;

/// <summary>Whether a replica keeps two writers from overwriting each other.</summary>
public enum Fencing
{
    /// <summary>Not tried yet: nothing was published since the program started.</summary>
    Unknown,

    /// <summary>Publishing is one atomic step of the store.</summary>
    Enforced,

    /// <summary>The store ignores conditions: we look before we publish, but two writers in the same moment are not told apart.</summary>
    Advisory,
}
