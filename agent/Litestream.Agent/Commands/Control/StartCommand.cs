using System.CommandLine;
using Litestream.Agent.Api.Control;

namespace Litestream.Agent.Commands.Control;

/// <summary><c>litestream start</c>: ends a stop, and with <c>-take-over</c> a split-brain.</summary>
internal static class StartCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new ControlFlags();
        var takeOver = Flag.Switch("-take-over", "end split-brain or lost: the other writer is shut out");
        var command = new ProgramCommand("start", "Go on after stop; -take-over ends split-brain", "[flags] DB")
            .Group("Flags", takeOver, flags.Timeout, flags.Json)
            .Group("Which agent", flags.AgentGroup)
            .Example("litestream start data/app.db", "after litestream stop")
            .Example("litestream start -take-over data/app.db", "this agent goes on; the other's state stays restorable for 30 days");
        command.Arguments.Add(flags.Database);
        command.SetAction((parsed, stop) => RunAsync(flags, takeOver, parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(ControlFlags flags, Option<bool> takeOver, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var request = flags.Request(parsed, context, "start") with { TakeOver = parsed.GetValue(takeOver) };
        using var agent = await flags.OpenAsync(parsed, context, stop);
        var answer = await agent.PostAsync("start", request, ControlJson.Default.StateAnswer, stop);
        return context.Answer(parsed.GetValue(flags.Json), DatabaseState.Of(answer, "running", agent), CommandJson.Default.DatabaseState, output => output.WriteLine(
            answer.Status == "already_running" ? $"{answer.Path} was not stopped; it stands at {Shown.Txid(answer.Txid)}"
            : answer.Status == "taken_over" ? $"Took over {answer.Path}: a fence and everything it holds are in its replica, up to {Shown.Txid(answer.Txid)}"
            : $"Started {answer.Path} from {Shown.Txid(answer.Txid)} on; `litestream sync -wait {parsed.GetValue(flags.Database)}` waits until its replica has everything"));
    }
}
