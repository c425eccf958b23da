using System.CommandLine;
using Litestream.Agent.Api.Control;

namespace Litestream.Agent.Commands.Control;

/// <summary><c>litestream list</c>: what the agent that runs has registered.</summary>
internal static class ListCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new ControlFlags();
        var command = new ProgramCommand("list", "List what is replicated and what is stopped", "[flags]")
            .Group("Flags", flags.Json)
            .Group("Which agent", flags.AgentGroup)
            .Example("litestream list", "replicating, stopped, or open: something keeps it (see status)");
        command.SetAction((parsed, stop) => RunAsync(flags, parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(ControlFlags flags, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        using var agent = await flags.OpenAsync(parsed, context, stop);
        var answer = await agent.GetAsync("list", ControlJson.Default.ListAnswer, stop);
        return context.Answer(parsed.GetValue(flags.Json), answer, ControlJson.Default.ListAnswer, output =>
        {
            var table = new TextTable("database", "status", "last sync");
            foreach (var database in answer.Databases)
                table.Add(database.Path, database.Status, database.LastSyncAt is { } at ? Shown.Age(context.Time.GetUtcNow() - at) : "never");
            table.Write(output);
        });
    }
}
