using System.CommandLine;
using System.Globalization;
using Litestream.Agent.Configuration;
using Litestream.Fleet;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Commands.Fleets;

/// <summary><c>litestream fleet status</c>: the fleet in a few lines, and what is wrong.</summary>
internal static class FleetStatusCommand
{
    private const int MostProblems = 20;

    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new FleetApiFlags();
        var command = new ProgramCommand("status", "Show how the fleet is, and what is wrong", "[flags]") { Parent = FleetCommands.Parent }
            .Group("Flags", flags.Api, flags.Json)
            .Example("litestream fleet status -api http://localhost:8090", "of an API on this machine");
        command.SetAction((parsed, stop) => RunAsync(flags, parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(FleetApiFlags flags, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        using var api = flags.Open(parsed, context);
        var status = await api.GetAsync("api/status", FleetJson.Default.FleetStatus, stop);
        var problems = await api.GetAsync($"api/problems?limit={MostProblems}", FleetJson.Default.FleetProblemList, stop);
        return context.Answer(parsed.GetValue(flags.Json), status, FleetJson.Default.FleetStatus, output => Write(status, problems, output, context.Time.GetUtcNow()));
    }

    private static void Write(FleetStatus status, FleetProblemList problems, TextWriter output, DateTimeOffset now)
    {
        output.WriteLine($"{status.Hosts} hosts: {Counts(status.HostCounts, LivenessWords.All)}");
        output.WriteLine($"{status.TotalClients} tenants: {Counts(status.Counts, StatusWords.All)}");
        if (status.UnknownClients > 0)
            output.WriteLine($"  of them {status.UnknownClients} on hosts that nobody hears of: how they are is unknown");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"worst lag {status.WorstLagSeconds:0.0}s, {SizeText.Format(status.DirtyBytes)} on their way, {SizeText.Format(status.TenantBytes)} in all"));
        output.WriteLine();
        if (problems.Items.Count == 0)
            output.WriteLine("No problems.");
        else
            FleetProblemsCommand.Table(problems.Items, now).Write(output);
        if (problems.NextCursor is not null)
            output.WriteLine("and more; `litestream fleet problems` lists them");
    }

    private static string Counts(IReadOnlyDictionary<string, int> counts, IReadOnlyList<string> words) =>
        words.Where(w => counts.GetValueOrDefault(w) > 0).Select(w => $"{counts[w]} {w}").ToList() is { Count: > 0 } said ? string.Join(", ", said) : "none";
}
