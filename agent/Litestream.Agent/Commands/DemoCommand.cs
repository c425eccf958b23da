using System.CommandLine;
using Litestream.Agent.Configuration;
using Litestream.Agent.Demo;
using Litestream.Agent.Logging;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream demo</c>: the whole thing on made-up data, in one folder, until stopped.</summary>
internal static class DemoCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var seconds = Flag.Number("-seconds", "end by itself after so long [runs until Ctrl-C]", 1, 1_000_000);
        var port = Flag.Number("-port", "where the page is [8080, or the next free one]", 0, 65535, "PORT");
        var log = new LogFlags();
        var command = new ProgramCommand("demo", "Try it on made-up tenants in ./litestream-demo", "[-seconds N] [-port PORT]")
            .Group("Flags", seconds, port, log.Format, log.Level)
            .Example("litestream demo", "tenants, a writer, a replica and a page, all below ./litestream-demo");
        command.SetAction((parsed, stop) => RunAsync(parsed.GetValue(seconds), parsed.GetValue(port), log.Read(parsed), context, stop));
        return command;
    }

    private static async Task<int> RunAsync(int? seconds, int? port, LogOptions log, CommandContext context, CancellationToken stop)
    {
        var folder = DemoFolder.Prepare(context.Environment.WorkingDirectory);
        var chosen = port ?? DemoPort.FirstFree(DemoPort.Preferred);
        if (port is null && chosen != DemoPort.Preferred)
            context.Out.WriteLine($"Port {DemoPort.Preferred} is taken by another program; using {chosen}. (-port chooses another.)");
        var options = new AgentOptions
        {
            WatchDirectories = [folder.Clients],
            Replica = folder.Backups,
            StateRoot = folder.State,
            Port = chosen,
            Log = log,
        };

        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (seconds is { } limit)
            end.CancelAfter(TimeSpan.FromSeconds(limit));
        var done = await RunAsync(folder, options, context, end.Token);
        context.Out.WriteLine($"The demo is over. Its files stay in {folder.Shown}: run it again to go on, or delete the folder.");
        return done ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<bool> RunAsync(DemoFolder folder, AgentOptions options, CommandContext context, CancellationToken end)
    {
        using var writer = DemoWriter.Start(folder);
        using var logging = AgentLogging.Create(options.Log, context.Out, context.Time);
        await using var agent = await AgentHost.StartAsync(options, context.Environment, logging, context.Time, end);
        DemoGreeting.Write(folder, agent.Port, context);
        await Stopping.WhenAsked(end);
        writer.Stop();
        return await agent.StopAsync();
    }
}
