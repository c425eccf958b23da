using System.CommandLine;

namespace Litestream.Agent.Commands;

/// <summary>How a command that is about one replica finds it, when not by its URL: in a replica that is named, or at the agent that runs.</summary>
internal sealed class LookupFlags
{
    public ReplicaFlags Replica { get; } = new();

    public Option<string?> Socket { get; } = Flag.Text("-socket", "PATH", "of an agent that knows it [the only one that runs]");

    public Option<string?> StateDirectory { get; } = Flag.Text("-state-dir", "DIR", "where agents keep their state [as replicate does]");

    public ConfigFlags Config { get; } = new();

    public Option[] MainGroup => [.. Config.Group, .. Replica.MainGroup];

    /// <summary>What few need.</summary>
    public Option[] RareGroup => [.. Replica.RareGroup, Socket, StateDirectory];
}
