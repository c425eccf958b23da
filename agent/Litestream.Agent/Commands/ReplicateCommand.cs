using System.CommandLine;
using Litestream.Agent.Logging;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream replicate</c>: the agent itself. Runs until it is told to stop.</summary>
internal static class ReplicateCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new ReplicateFlags();
        var command = new ProgramCommand("replicate", "Replicate databases until stopped", "{DB URL... | -config FILE | -watch-dir DIRS | -dsn FILE}")
            .Group("What", [.. flags.Config.Group, flags.Source.WatchDirectories, flags.Source.Dsn, flags.RestoreIfMissing])
            .Group("Where to", [.. flags.Source.Replica.MainGroup, flags.Retention, flags.StateDirectory])
            .Group("How long", flags.Exec, flags.Once, flags.ForceSnapshot, flags.EnforceRetention)
            .Group("Page and log", flags.Port, flags.Log.Level)
            .RareGroup("Restorable points", flags.SyncInterval, flags.L0Retention, flags.LevelIntervals, flags.SnapshotInterval, flags.SnapshotRetention)
            .RareGroup("Buckets and names", [.. flags.Source.Replica.RareGroup, flags.Source.DatabaseName])
            .RareGroup("Fleet", [.. flags.Fleet.Group, flags.RestoreDirectories])
            .RareGroup("Log and page beyond this machine", flags.Log.Format, flags.Bind, flags.ApiToken)
            .RareGroup("Watching and bounds", flags.QuietTime, flags.SweepInterval, flags.LagLimit, flags.LiveCheckInterval, flags.DrillInterval, flags.ShutdownTimeout,
                flags.SpoolCap, flags.WalCap, flags.MaxHot, flags.KeepJournalMode)
            .Example("litestream -watch-dir data/clients,data/prod -bucket backups", "every tenant of two directories, to S3")
            .Example("litestream replicate data/app.db s3://backups/app", "one database, to exactly where the URL says")
            .Example("litestream replicate -config litestream.yml", "what a file says; packaging/config has some to begin with")
            .Example("litestream replicate -config litestream.yml -exec 'app serve'", "restore what is missing, run the app, end with a last sync and its code");
        command.Arguments.Add(flags.DatabaseAndPlace);
        command.SetAction((parsed, stop) => RunAsync(flags, parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(ReplicateFlags flags, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var options = flags.Read(parsed, context);
        // Standard output is the application's.
        using var logging = AgentLogging.Create(options.Log, options.Exec is null ? context.Out : context.Error, context.Time);
        await using var agent = await AgentHost.StartAsync(options, context.Environment, logging, context.Time, stop);
        if (options.Exec is { } words)
            return await ExecuteAsync(words, agent, logging.CreateLogger("Litestream.Agent"), context);
        if (options.Once)
        {
            var isDone = await new OnceRun(options, logging.CreateLogger("Litestream.Agent"), context.Time).RunAsync([.. agent.Stores.Databases], stop);
            return await agent.StopAsync() && isDone ? ExitCode.Done : ExitCode.Failed;
        }
        await Stopping.WhenAsked(stop);
        return await agent.StopAsync() ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>The application's exit code is ours; what it committed last must be in the replica, too, before it may be 0.</summary>
    private static async Task<int> ExecuteAsync(IReadOnlyList<string> words, AgentHost agent, ILogger logger, CommandContext context)
    {
        int code;
        try
        {
            code = await new ExecutedApplication(words, logger).RunAsync(context);
        }
        catch (LitestreamException)
        {
            await agent.StopAsync();
            throw;
        }
        return await agent.StopAsync() || code != ExitCode.Done ? code : ExitCode.Failed;
    }
}
