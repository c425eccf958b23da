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
            .Group("What and where to", [.. flags.Config.Group, flags.RestoreIfMissing, flags.Source.WatchDirectories, flags.Source.Dsn, flags.Source.DatabaseName, .. flags.Source.Replica.Group, flags.StateDirectory])
            .Group("Page, API and log", flags.Port, flags.Bind, flags.ApiToken, flags.Log.Format, flags.Log.Level)
            .Group("Restorable points", flags.SyncInterval, flags.Retention, flags.L0Retention, flags.LevelIntervals, flags.SnapshotInterval, flags.SnapshotRetention)
            .Group("Watching and bounds", flags.QuietTime, flags.SweepInterval, flags.LagLimit, flags.LiveCheckInterval, flags.ShutdownTimeout,
                flags.SpoolCap, flags.WalCap, flags.MaxHot, flags.KeepJournalMode)
            .Example("litestream -watch-dir data/clients,data/prod -bucket backups", "every tenant of two directories, to S3")
            .Example("litestream replicate -config litestream.yml", "what a file says; packaging/config has some to begin with");
        command.SetAction((parsed, stop) => RunAsync(flags, parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(ReplicateFlags flags, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var options = flags.Read(parsed, context);
        using var logging = AgentLogging.Create(options.Log, context.Out, context.Time);
        await using var agent = await AgentHost.StartAsync(options, context.Environment, logging, context.Time, stop);
        await Stopping.WhenAsked(stop);
        return await agent.StopAsync() ? ExitCode.Done : ExitCode.Failed;
    }
}
