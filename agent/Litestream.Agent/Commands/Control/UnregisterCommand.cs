using System.CommandLine;
using Litestream.Agent.Api.Control;

namespace Litestream.Agent.Commands.Control;

/// <summary><c>litestream unregister</c>: the agent lets a database go; file and backup stay.</summary>
internal static class UnregisterCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new ControlFlags();
        var dryRun = Flag.Switch("-dry-run", "only say what would be let go");
        var command = new ProgramCommand("unregister", "Let a database go after a last sync; file and backup stay", "[flags] DB")
            .Group("Flags", dryRun, flags.Timeout, flags.Json)
            .Group("Which agent", flags.AgentGroup)
            .Example("litestream unregister data/app.db", "until the agent's next start, if a file or flags name it: see stop");
        command.Arguments.Add(flags.Database);
        command.SetAction((parsed, stop) => RunAsync(flags, parsed.GetValue(dryRun), parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(ControlFlags flags, bool isDryRun, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var request = flags.Request(parsed, context, "unregister");
        using var agent = await flags.OpenAsync(parsed, context, stop);
        if (isDryRun)
            return await ForetellAsync(request.Path!, parsed.GetValue(flags.Json), agent, context, stop);
        var answer = await agent.PostAsync("unregister", request, ControlJson.Default.StateAnswer, stop);
        return context.Answer(parsed.GetValue(flags.Json), answer, ControlJson.Default.StateAnswer, output => output.WriteLine(answer.Status == "already_unregistered"
            ? $"{answer.Path} is not registered with this agent: nothing to do"
            : $"Unregistered {answer.Path} at {Shown.Txid(answer.Txid)}; its backup stays"));
    }

    private static async Task<int> ForetellAsync(string named, bool isJson, AgentSocket agent, CommandContext context, CancellationToken stop)
    {
        var report = await AgentReport.AllAsync(agent, stop);
        var client = report.Clients.FirstOrDefault(c => c.DatabasePath == named || c.ClientId.Equals(named, StringComparison.OrdinalIgnoreCase));
        var txid = client?.Txid is { } hex ? Convert.ToUInt64(hex, 16) : 0;
        var answer = new StateAnswer(client is null ? "already_unregistered" : "would_unregister", client?.DatabasePath ?? named, txid);
        return context.Answer(isJson, answer, ControlJson.Default.StateAnswer, output => output.WriteLine(client is null
            ? $"{named} is not registered with this agent: nothing would be done"
            : $"Would let {client.DatabasePath} go after a last sync, at {Shown.Txid(txid)}; its backup in {client.Replica} would stay"));
    }
}
