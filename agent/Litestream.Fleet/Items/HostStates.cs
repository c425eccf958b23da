namespace Litestream.Fleet.Items;

/// <summary>The closed list of a digest's <c>state</c>. Late and lost are no states: they follow from its age.</summary>
public static class HostStates
{
    public const string Running = "running";

    /// <summary>Ended in order; everything is in the replicas.</summary>
    public const string Stopped = "stopped";

    /// <summary>Ended in order, before everything was in the replicas.</summary>
    public const string StoppedEarly = "stopped-early";

    public static IReadOnlyList<string> All { get; } = [Running, Stopped, StoppedEarly];
}
