using System.CommandLine;
using Litestream.Agent.Configuration;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Commands.Fleets;

/// <summary><c>litestream fleet move</c>: a tenant goes from the host that has it to another one, without losing a commit. Followed to its end, which says how long nobody could write.</summary>
internal static class FleetMoveCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new FleetApiFlags();
        var to = Flag.Text("-to", "HOST", "the host that it goes to (required)");
        var path = Flag.Text("-path", "PATH", "there: a watched directory, or the file in one; default: the first that takes tenants");
        var dryRun = Flag.Switch("-dry-run", "only say what would be done");
        var noWait = Flag.Switch("-no-wait", "do not wait for its end");
        var tenant = new Argument<string>("GUID");
        var command = new ProgramCommand("move", "Move a tenant to another host, losing no commit", "[flags] GUID") { Parent = FleetCommands.Parent }
            .Group("Flags", to, path, dryRun, noWait, flags.Api, flags.Json)
            .Example("litestream fleet move GUID -to web-2", "its applications are kept from its old file; -move-hook tells them where it is");
        command.Arguments.Add(tenant);
        command.SetAction(async (parsed, stop) =>
        {
            var request = new MoveRequest
            {
                TenantId = parsed.GetValue(tenant),
                To = parsed.GetValue(to) ?? throw new UsageException("where to?", "-to HOST; `litestream fleet hosts` lists them"),
                Path = parsed.GetValue(path),
                DryRun = parsed.GetValue(dryRun),
            };
            var isJson = parsed.GetValue(flags.Json);
            using var api = flags.Open(parsed, context);
            if (request.DryRun)
            {
                var plan = await api.PostAsync("api/moves", request, FleetJson.Default.MoveRequest, FleetJson.Default.MovePlan, stop);
                return context.Answer(isJson, plan, FleetJson.Default.MovePlan, output => output.WriteLine(
                    $"{plan.TenantId} would go from {plan.From} ({plan.FromPath}) to {plan.To}{(plan.Path is null ? "" : $" ({plan.Path})")}: {SizeText.Format(plan.SizeBytes ?? 0)}"));
            }
            var job = await api.PostAsync("api/moves", request, FleetJson.Default.MoveRequest, FleetJson.Default.FleetJob, stop);
            return await FleetJobs.FollowAsync(api, job, parsed.GetValue(noWait), isJson, context, stop);
        });
        return command;
    }
}
