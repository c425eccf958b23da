using System.CommandLine;
using Litestream.Agent.Api.Control;

namespace Litestream.Agent.Commands.Control;

/// <summary><c>litestream sync</c>: captures what was committed now, and with <c>-wait</c> answers when it is in a replica.</summary>
internal static class SyncCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new ControlFlags();
        var wait = Flag.Switch("-wait", "until everything committed before is in a replica");
        var command = new ProgramCommand("sync", "Capture what was committed; -wait until it is in a replica", "[flags] DB")
            .Group("Flags", wait, flags.Timeout, flags.Json)
            .Group("Which agent", flags.AgentGroup)
            .Example("litestream sync -wait data/app.db", "exit code 0: nothing committed before would be lost with this machine");
        command.Arguments.Add(flags.Database);
        command.SetAction((parsed, stop) => RunAsync(flags, wait, parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(ControlFlags flags, Option<bool> wait, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var request = flags.Request(parsed, context, "sync -wait") with { Wait = parsed.GetValue(wait) };
        using var agent = await flags.OpenAsync(parsed, context, stop);
        var began = context.Time.GetTimestamp();
        var answer = await agent.PostAsync("sync", request, ControlJson.Default.SyncAnswer, stop);
        var took = context.Time.GetElapsedTime(began);
        var result = new SyncResult(answer.Path, answer.Status, answer.Txid, answer.ReplicatedTxid == 0 ? null : answer.ReplicatedTxid, Math.Round(took.TotalMilliseconds, 1));
        return context.Answer(parsed.GetValue(flags.Json), result, CommandJson.Default.SyncResult, output => output.WriteLine(answer.Status switch
        {
            "synced_local" => $"Captured {answer.Path} up to {Shown.Txid(answer.Txid)} in {Shown.Seconds(took)}; its replica has {Shown.Txid(answer.ReplicatedTxid)}\n  the rest is on its way; -wait waits for it",
            "no_change" => $"Nothing new in {answer.Path}: its replica has everything, up to {Shown.Txid(answer.ReplicatedTxid)}",
            _ => $"Synced {answer.Path} in {Shown.Seconds(took)}: its replica has everything, up to {Shown.Txid(answer.ReplicatedTxid)}",
        }));
    }
}
