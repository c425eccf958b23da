namespace Litestream.Fleet;

/// <summary>The closed list of a client's <c>status</c>. Hot and cold are both <see cref="Active"/>; <see cref="ReasonWords"/> says which.</summary>
public static class StatusWords
{
    /// <summary>Replicated.</summary>
    public const string Active = "active";

    /// <summary>Not replicated yet, through nobody's fault.</summary>
    public const string Waiting = "waiting";

    /// <summary>Stopped by a person.</summary>
    public const string Paused = "paused";

    /// <summary>Something is wrong; it is retried.</summary>
    public const string Error = "error";

    /// <summary>Another writer owns this replica's chain; a person must decide.</summary>
    public const string SplitBrain = "split-brain";

    /// <summary>Taken over by another host.</summary>
    public const string Lost = "lost";

    /// <summary>All of them, in the order in which they are shown.</summary>
    public static IReadOnlyList<string> All { get; } = [Active, Waiting, Paused, Error, SplitBrain, Lost];
}
