namespace Litestream.Fleet;

/// <summary>The closed list of <c>fencing</c>: whether a replica keeps two writers from overwriting each other.</summary>
public static class FencingWords
{
    /// <summary>By the store, in one atomic step.</summary>
    public const string Enforced = "enforced";

    /// <summary>The store ignores conditions; we look before we write.</summary>
    public const string Advisory = "advisory";

    /// <summary>Not tried yet.</summary>
    public const string Unknown = "unknown";
}
