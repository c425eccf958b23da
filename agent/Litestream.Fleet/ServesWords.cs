namespace Litestream.Fleet;

/// <summary>The closed list of a status' <c>serves</c>: whom the API that answers knows.</summary>
public static class ServesWords
{
    /// <summary>One host, its own: the agent's API.</summary>
    public const string Host = "host";

    /// <summary>All that report to one table.</summary>
    public const string Fleet = "fleet";

    public static IReadOnlyList<string> All { get; } = [Host, Fleet];
}
