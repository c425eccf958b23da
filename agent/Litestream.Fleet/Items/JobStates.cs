namespace Litestream.Fleet.Items;

/// <summary>The closed list of a job's <c>state</c>.</summary>
public static class JobStates
{
    public const string Running = "running";

    /// <summary>Too much of it failed: nothing new is begun until somebody says so.</summary>
    public const string Halted = "halted";

    /// <summary>All of its commands ended, and none failed.</summary>
    public const string Done = "done";

    /// <summary>All ended, and some failed.</summary>
    public const string Failed = "failed";

    public const string Cancelled = "cancelled";

    public static IReadOnlyList<string> All { get; } = [Running, Halted, Done, Failed, Cancelled];
}
