using System.CommandLine;
using System.Globalization;
using Litestream.Agent.Configuration;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Agent.Commands.Fleets;

/// <summary><c>litestream fleet drills</c>: how much of the fleet is proven, and what was asked for.</summary>
internal static class FleetDrillsCommand
{
    private const int MostShown = 20;

    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new FleetApiFlags();
        var id = new Argument<string?>("JOB") { Arity = ArgumentArity.ZeroOrOne };
        var command = new ProgramCommand("drills", "Show how much is proven, and drills that were asked for", "[flags] [JOB]") { Parent = FleetCommands.Parent }.Group("Flags", flags.Api, flags.Json);
        command.Arguments.Add(id);
        command.SetAction((parsed, stop) => RunAsync(flags, parsed.GetValue(id), parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(FleetApiFlags flags, string? id, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        using var api = flags.Open(parsed, context);
        if (id is not null)
        {
            var job = await api.GetAsync($"api/drills/{Uri.EscapeDataString(id)}", FleetJson.Default.FleetJob, stop);
            return context.Answer(parsed.GetValue(flags.Json), job, FleetJson.Default.FleetJob, output => FleetJobs.Write(job, output));
        }
        var drills = await api.GetAsync($"api/drills?limit={MostShown}", FleetJson.Default.FleetDrills, stop);
        return context.Answer(parsed.GetValue(flags.Json), drills, FleetJson.Default.FleetDrills, output => Write(drills, output, context.Time.GetUtcNow()));
    }

    private static void Write(FleetDrills drills, TextWriter output, DateTimeOffset now)
    {
        if (drills.Coverage is not { } coverage)
        {
            output.WriteLine("Nobody drills by itself yet: no worker was here (litestream-cloud with LITESTREAM_ROLE=worker).");
        }
        else
        {
            output.WriteLine($"Of {coverage.Tenants} tenants proven: {coverage.ProvenWithin1Day} within a day, {coverage.ProvenWithin7Days} within 7, {coverage.ProvenWithin30Days} within 30; "
                + $"{coverage.Failed} failed, {coverage.Unproven} overdue{(coverage.OldestProofAt is { } oldest ? $"; the oldest proof: {Shown.Age(now - oldest)}" : "")}");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"A restore takes {coverage.P50Seconds:0.0} s (half of them), {coverage.P99Seconds:0.0} s (99 of 100), {SizeText.Format((long)coverage.BytesPerSecond)} a second"));
        }
        if (drills.Items.Count == 0)
            return;
        output.WriteLine();
        FleetJobs.Table(drills.Items, JobKinds.Drill, now).Write(output);
    }
}
