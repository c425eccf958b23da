namespace Litestream.Agent.Reporting;

/// <summary>What this agent saw of another host.</summary>
internal enum HostSeen
{
    /// <summary>It was not looked at for long enough.</summary>
    Undecided,

    /// <summary>A heartbeat of it came since the first look.</summary>
    Alive,

    /// <summary>None came for its whole lease, however it ended, or there is no such host.</summary>
    Gone,
}
