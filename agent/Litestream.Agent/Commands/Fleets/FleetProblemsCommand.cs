using System.CommandLine;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Commands.Fleets;

/// <summary><c>litestream fleet problems</c>: whatever is wrong, the worst first.</summary>
internal static class FleetProblemsCommand
{
    private const int PageSize = 500;

    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new FleetApiFlags();
        var command = new ProgramCommand("problems", "List what is wrong, the worst first", "[flags]") { Parent = FleetCommands.Parent }
            .Group("Flags", flags.Api, flags.Json)
            .Example("litestream fleet problems -json | jq -r '.items[].tenantId'", "for programs; exit code 0 whatever is wrong");
        command.SetAction((parsed, stop) => RunAsync(flags, parsed, context, stop));
        return command;
    }

    public static TextTable Table(IEnumerable<FleetProblem> problems, DateTimeOffset now)
    {
        var table = new TextTable("problem", "since", "host", "tenant", "what");
        foreach (var problem in problems)
            table.Add(problem.Kind, Shown.Age(now - problem.Since), problem.HostId ?? "-", problem.TenantId?.ToString() ?? $"{problem.Tenants} tenants", problem.Detail ?? "");
        return table;
    }

    private static async Task<int> RunAsync(FleetApiFlags flags, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        using var api = flags.Open(parsed, context);
        var problems = await FleetPages.AllAsync(cursor => $"api/problems?limit={PageSize}{cursor}", async path =>
        {
            var page = await api.GetAsync(path, FleetJson.Default.FleetProblemList, stop);
            return (page.Items, page.NextCursor);
        });
        return context.Answer(parsed.GetValue(flags.Json), new(problems, null), FleetJson.Default.FleetProblemList, output =>
        {
            if (problems.Count == 0)
                output.WriteLine("No problems.");
            else
                Table(problems, context.Time.GetUtcNow()).Write(output);
        });
    }
}
