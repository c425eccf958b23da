using System.CommandLine;
using Litestream.Agent.Configuration;
using Litestream.Storage;

namespace Litestream.Agent.Commands;

/// <summary>Which replica a command means: a URL or a replica's folder is opened; a database or GUID is looked up at the running agent.</summary>
internal static class ReplicaLookup
{
    public static async Task<IReplicaStorage> OpenAsync(string named, QueryFlags flags, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var path = context.Environment.Absolute(named);
        if (ReplicaChoice.IsUrl(named) || Directory.Exists(path))
            return ReplicaChoice.Open(named, context.Environment).Open("");
        using var agent = await RunningAgents.FindAsync(new(parsed.GetValue(flags.Socket), parsed.GetValue(flags.StateDirectory), []), context.Environment, stop)
            ?? throw new LitestreamException($"{named} is neither a URL nor a replica's folder, and no agent is running that could know it", hint: "give the URL of its replica");
        var report = await AgentReport.AllAsync(agent, stop);
        var client = report.Clients.FirstOrDefault(c => c.DatabasePath == path || c.ClientId.Equals(named, StringComparison.OrdinalIgnoreCase))
            ?? throw new LitestreamException($"the running agent does not replicate {named}", hint: "`litestream databases` lists what it does");
        return ReplicaChoice.Open(client.Replica, context.Environment).Open("");
    }
}
