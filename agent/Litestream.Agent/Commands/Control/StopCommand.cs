using System.CommandLine;
using Litestream.Agent.Api.Control;

namespace Litestream.Agent.Commands.Control;

/// <summary><c>litestream stop</c>: a last sync of one database, then nothing of it is open, until somebody starts it.</summary>
internal static class StopCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new ControlFlags();
        var command = new ProgramCommand("stop", "Stop replicating a database until `start`, also over restarts", "[flags] DB")
            .Group("Flags", flags.Timeout, flags.Json)
            .Group("Which agent", flags.AgentGroup)
            .Example("litestream stop data/app.db", "a last sync, then nothing of it is open: replace the file, start it");
        command.Arguments.Add(flags.Database);
        command.SetAction((parsed, stop) => RunAsync(flags, parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(ControlFlags flags, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var request = flags.Request(parsed, context, "stop");
        using var agent = await flags.OpenAsync(parsed, context, stop);
        var answer = await agent.PostAsync("stop", request, ControlJson.Default.StateAnswer, stop);
        return context.Answer(parsed.GetValue(flags.Json), DatabaseState.Of(answer, "stopped", agent), CommandJson.Default.DatabaseState, output =>
        {
            output.WriteLine(answer.Status == "already_stopped"
                ? $"{answer.Path} was stopped already, at {Shown.Txid(answer.Txid)}"
                : $"Stopped {answer.Path} at {Shown.Txid(answer.Txid)}; nothing of it is open");
            output.WriteLine($"  it stays stopped, also when the agent starts again, until: litestream start {parsed.GetValue(flags.Database)}");
        });
    }
}
