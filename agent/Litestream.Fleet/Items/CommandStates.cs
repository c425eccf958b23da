namespace Litestream.Fleet.Items;

/// <summary>The closed list of a command's <c>state</c>, and which may follow which.</summary>
public static class CommandStates
{
    /// <summary>Put, and nobody has begun.</summary>
    public const string Requested = "requested";

    /// <summary>An agent has it and has changed nothing yet.</summary>
    public const string Claimed = "claimed";

    /// <summary>Being done; from here on something may have changed.</summary>
    public const string Running = "running";

    public const string Done = "done";

    /// <summary>Ended without what was asked for; <c>error</c> says why. Nothing is half done.</summary>
    public const string Failed = "failed";

    /// <summary>Called back before something changed.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Nobody began it in time.</summary>
    public const string Expired = "expired";

    public static IReadOnlyList<string> All { get; } = [Requested, Claimed, Running, Done, Failed, Cancelled, Expired];

    /// <summary>Nothing follows.</summary>
    public static bool IsFinal(string state) => state is Done or Failed or Cancelled or Expired;

    public static bool MayFollow(string before, string after) => (before, after) switch
    {
        // Failed at once: what nobody can understand nobody begins.
        (Requested, Claimed or Cancelled or Expired or Failed) => true,
        (Claimed, Running or Done or Failed or Cancelled) => true,
        (Running, Running or Done or Failed or Cancelled) => true,
        _ => false,
    };
}
