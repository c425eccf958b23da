using System.CommandLine;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream databases</c>: which databases there are and where their backups go.</summary>
internal static class DatabasesCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new QueryFlags();
        var command = new ProgramCommand("databases", "List databases and where their backups go", "[flags]")
            .Group("Ask a running agent", flags.AgentGroup)
            .Group("Or look without one", flags.MainSourceGroup)
            .RareGroup("Buckets and names", flags.RareSourceGroup)
            .Group("Output", flags.Json)
            .Example("litestream databases", "of the agent that runs here")
            .Example("litestream databases -replica file:///var/backups", "everything a replica holds");
        command.SetAction((parsed, stop) => RunAsync(flags, parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(QueryFlags flags, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var report = await flags.ReportAsync(parsed, context, stop);
        var answers = report.Clients.Select(c => new DatabaseAnswer(c.DatabasePath, c.Replica, c.ClientId, c.Status)).ToList();
        return context.Answer(parsed.GetValue(flags.Json), answers, AgentJson.Default.ListDatabaseAnswer, output =>
        {
            var table = new TextTable("database", "replica");
            foreach (var client in report.Clients)
                table.Add(client.DatabasePath.Length > 0 ? client.DatabasePath : client.ClientId, client.Replica);
            table.Write(output);
        });
    }
}
