using System.CommandLine;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Agent.Commands.Fleets;

/// <summary><c>litestream fleet restores</c>, <c>evacuations</c>, <c>moves</c>, <c>cancel</c>, <c>undo</c>: what was asked for, and taking it back.</summary>
internal static class FleetRestoresCommand
{
    private const int MostShown = 20;

    /// <summary>A list of jobs of a kind.</summary>
    public static ProgramCommand Create(CommandContext context, string kind)
    {
        var flags = new FleetApiFlags();
        var id = new Argument<string?>("JOB") { Arity = ArgumentArity.ZeroOrOne };
        var command = new ProgramCommand($"{kind}s", $"List {kind}s, the newest first, or show one", "[flags] [JOB]") { Parent = FleetCommands.Parent }.Group("Flags", flags.Api, flags.Json);
        command.Arguments.Add(id);
        command.SetAction((parsed, stop) => RunAsync(flags, kind, parsed.GetValue(id), parsed, context, stop));
        return command;
    }

    /// <summary><c>cancel</c> and <c>undo</c>.</summary>
    public static ProgramCommand Create(CommandContext context, string verb, string summary)
    {
        var flags = new FleetApiFlags();
        var noWait = Flag.Switch("-no-wait", "do not wait for its end");
        var id = new Argument<string>("JOB");
        var command = new ProgramCommand(verb, summary, "[flags] JOB") { Parent = FleetCommands.Parent }.Group("Flags", noWait, flags.Api, flags.Json);
        command.Arguments.Add(id);
        command.SetAction(async (parsed, stop) =>
        {
            using var api = flags.Open(parsed, context);
            var job = await AskAsync(api, parsed.GetValue(id)!, verb, stop);
            var code = await FleetJobs.FollowAsync(api, job, parsed.GetValue(noWait), parsed.GetValue(flags.Json), context, stop);
            return verb == "cancel" ? ExitCode.Done : code;
        });
        return command;
    }

    /// <summary>Whoever calls something back has its id, and need not know of what kind it is.</summary>
    private static async Task<FleetJob> AskAsync(FleetApi api, string id, string verb, CancellationToken stop)
    {
        Task<FleetJob> Post(string kind) => api.PostAsync($"api/{kind}s/{Uri.EscapeDataString(id)}/{verb}", new(), FleetJson.Default.EmptyRequest, FleetJson.Default.FleetJob, stop);
        string[] kinds = verb == "cancel" ? [JobKinds.Restore, JobKinds.Drill, JobKinds.Evacuation, JobKinds.Move] : [JobKinds.Restore];
        for (var i = 0; ; i++)
        {
            try
            {
                return await Post(kinds[i]);
            }
            catch (FleetApiException unknown) when (unknown.Code == ProblemCodes.UnknownJob && i < kinds.Length - 1)
            {
                // The next kind may have it.
            }
        }
    }

    private static async Task<int> RunAsync(FleetApiFlags flags, string kind, string? id, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        using var api = flags.Open(parsed, context);
        if (id is not null)
        {
            var job = await api.GetAsync($"api/{kind}s/{Uri.EscapeDataString(id)}", FleetJson.Default.FleetJob, stop);
            return context.Answer(parsed.GetValue(flags.Json), job, FleetJson.Default.FleetJob, output => FleetJobs.Write(job, output));
        }
        var jobs = await api.GetAsync($"api/{kind}s?limit={MostShown}", FleetJson.Default.FleetJobList, stop);
        return context.Answer(parsed.GetValue(flags.Json), jobs, FleetJson.Default.FleetJobList, output =>
        {
            FleetJobs.Table(jobs.Items, kind, context.Time.GetUtcNow()).Write(output);
        });
    }
}
