using System.CommandLine;
using Litestream.Agent.Logging;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream replicate</c>: the agent itself. Runs until it is told to stop.</summary>
internal static class ReplicateCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new ReplicateFlags();
        var command = new ProgramCommand("replicate", "Replicate databases until stopped", "-config FILE | {-watch-dir DIRS | -dsn FILE} [-bucket NAME | -replica URL] [flags]")
            .Group("What and where to", [.. flags.Config.Group, flags.RestoreIfMissing, flags.Exec, flags.Source.WatchDirectories, flags.Source.Dsn, flags.Source.DatabaseName, .. flags.Source.Replica.Group, flags.StateDirectory])
            .Group("Once", flags.Once, flags.ForceSnapshot, flags.EnforceRetention)
            .Group("Page, API and log", flags.Port, flags.Bind, flags.ApiToken, flags.Log.Format, flags.Log.Level)
            .Group("Restorable points", flags.SyncInterval, flags.Retention, flags.L0Retention, flags.LevelIntervals, flags.SnapshotInterval, flags.SnapshotRetention)
            .Group("Watching and bounds", flags.QuietTime, flags.SweepInterval, flags.LagLimit, flags.LiveCheckInterval, flags.ShutdownTimeout,
                flags.SpoolCap, flags.WalCap, flags.MaxHot, flags.KeepJournalMode)
            .Example("litestream -watch-dir data/clients,data/prod -bucket backups", "every tenant of two directories, to S3")
            .Example("litestream replicate -config litestream.yml", "what a file says; packaging/config has some to begin with")
            .Example("litestream replicate -config litestream.yml -exec 'app --port 3000'", "restore what is missing, run the app, end with a last sync");
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
