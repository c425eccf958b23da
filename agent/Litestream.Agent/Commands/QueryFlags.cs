using System.CommandLine;
using Litestream.Agent.Configuration;
using Litestream.Agent.Configuration.ConfigFile;

namespace Litestream.Agent.Commands;

/// <summary>The flags of commands that ask a running agent, or look at directories and replica themselves.</summary>
internal sealed class QueryFlags
{
    public SourceFlags Source { get; } = new();

    public Option<string?> Socket { get; } = Flag.Text("-socket", "PATH", "of the agent [the only one that runs]");

    public Option<string?> StateDirectory { get; } = Flag.Text("-state-dir", "DIR", "where agents keep their state [as replicate does]");

    public ConfigFlags Config { get; } = new();

    public Option<bool> Json { get; } = Flag.Switch("-json", "the result as JSON");

    public Option[] AgentGroup => [Socket, StateDirectory, .. Config.Group];

    public Option[] SourceGroup => [.. MainSourceGroup, .. RareSourceGroup];

    public Option[] MainSourceGroup => [Source.WatchDirectories, Source.Dsn, .. Source.Replica.MainGroup];

    /// <summary>What few need.</summary>
    public Option[] RareSourceGroup => [Source.DatabaseName, .. Source.Replica.RareGroup];

    private AgentQuery Query(ParseResult parsed, ConfigurationFile? file, AgentEnvironment environment)
    {
        var (directories, databases) = Source.Read(parsed, environment);
        return new(parsed.GetValue(Socket), parsed.GetValue(StateDirectory) ?? file?.StateRoot, file is not null ? [file.Path] : [.. directories, .. databases.Select(d => d.Path)]);
    }

    /// <summary>The report of the running agent, all tenants in it; else what directories and replica themselves show.</summary>
    public async Task<Fleet.Api.StatusReport> ReportAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var named = Config.Named(parsed, context);
        if (named is not null)
            ConfigFlags.RefuseWith("-config", parsed, SourceGroup);
        using var agent = await RunningAgents.FindAsync(Query(parsed, named, context.Environment), context.Environment, stop);
        if (agent is not null)
            return await AgentReport.AllAsync(agent, stop);
        var (directories, databases) = Source.Read(parsed, context.Environment);
        if (directories.Count + databases.Count == 0 && Source.Replica.Read(parsed) is null)
        {
            if ((named ?? Config.Find(parsed, context)) is { } file)
                return await OfflineReport.MakeAsync(file, context, stop);
            throw new LitestreamException(
                "no agent is running", hint: "name what to look at: -config FILE, -watch-dir DIRS and -replica URL, or -replica URL alone for everything in it");
        }
        return await OfflineReport.MakeAsync(directories, databases, ReplicaChoice.Open(Source.Replica.Read(parsed), context.Environment), stop);
    }
}
