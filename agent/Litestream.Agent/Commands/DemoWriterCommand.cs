using System.CommandLine;
using Litestream.Agent.Demo;

namespace Litestream.Agent.Commands;

/// <summary>The application of the demo, started by it as a process of its own: locks between processes are what real tenants have.</summary>
internal static class DemoWriterCommand
{
    public const string Verb = "demo-writer";

    public static ProgramCommand Create(CommandContext context)
    {
        var directory = new Argument<string>("DIR");
        var command = new ProgramCommand(Verb, "Write to the demo's databases until standard input ends", "DIR") { Hidden = true };
        command.Arguments.Add(directory);
        command.SetAction(async (parsed, stop) =>
        {
            using var orphaned = CancellationTokenSource.CreateLinkedTokenSource(stop);
            // The demo holds the other end: when it is gone, however it went, this ends too.
            var end = Console.OpenStandardInput().ReadAsync(new byte[1], orphaned.Token).AsTask().ContinueWith(_ => orphaned.Cancel(), TaskScheduler.Default);
            var folder = context.Environment.Absolute(parsed.GetValue(directory)!);
            DemoShops.Create(folder);
            context.Out.WriteLine(DemoWriter.Ready);
            await DemoShops.WriteAsync(folder, context.Time, orphaned.Token);
            return ExitCode.Done;
        });
        return command;
    }
}
