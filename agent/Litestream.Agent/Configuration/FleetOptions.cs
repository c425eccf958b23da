namespace Litestream.Agent.Configuration;

/// <summary>How an agent takes part in a fleet; without this it does not.</summary>
internal sealed record FleetOptions
{
    public static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(30);

    /// <summary>DynamoDB table.</summary>
    public required string Table { get; init; }

    /// <summary>What this agent is called there; null: the machine's name and a random suffix, kept in the state folder.</summary>
    public string? HostId { get; init; }

    /// <summary>Program and arguments of who is told when a tenant moves away from this host, or has come to it; null: nobody is.</summary>
    public IReadOnlyList<string>? MoveHook { get; init; }

    /// <summary>Time between heartbeats: each is one write.</summary>
    public TimeSpan Interval { get; init; } = UsualInterval;
}
