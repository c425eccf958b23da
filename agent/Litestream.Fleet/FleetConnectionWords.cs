namespace Litestream.Fleet;

/// <summary>The closed list of a fleet connection's <c>state</c>, as the agent itself sees it.</summary>
public static class FleetConnectionWords
{
    /// <summary>The table has not answered yet.</summary>
    public const string Connecting = "connecting";

    /// <summary>It took the last heartbeat.</summary>
    public const string Connected = "connected";

    /// <summary>It took heartbeats, and does not now.</summary>
    public const string Away = "away";

    /// <summary>Another agent reports under this host's id.</summary>
    public const string Displaced = "displaced";

    public static IReadOnlyList<string> All { get; } = [Connecting, Connected, Away, Displaced];
}
