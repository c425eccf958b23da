using System.CommandLine;
using Litestream.Agent.Configuration;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Commands.Fleets;

/// <summary><c>litestream fleet drill</c>: backups are tried now, by the hosts that have the tenants; waits for the verdicts unless told not to.</summary>
internal static class FleetDrillCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new FleetApiFlags();
        var host = Flag.Text("-host", "ID", "all tenants of this host, instead of GUIDs");
        var dryRun = Flag.Switch("-dry-run", "only say what would be done");
        var noWait = Flag.Switch("-no-wait", "do not wait for the verdicts");
        var tenants = new Argument<string[]>("GUID") { Arity = ArgumentArity.ZeroOrMore };
        var command = new ProgramCommand("drill", "Restore backups aside, prove them and delete them again", "[flags] [GUID...]") { Parent = FleetCommands.Parent }
            .Group("Flags", host, dryRun, noWait, flags.Api, flags.Json)
            .Example("litestream fleet drill GUID", "exit code 1 when its backup is not what was captured")
            .Example("litestream fleet drill -host web-7 -no-wait", "all that a host has; `litestream fleet drills JOB` shows how it goes");
        command.Arguments.Add(tenants);
        command.SetAction(async (parsed, stop) =>
        {
            var request = RequestOf(parsed.GetValue(tenants) ?? [], parsed.GetValue(host), parsed.GetValue(dryRun));
            using var api = flags.Open(parsed, context);
            if (request.DryRun)
                return await PlanAsync(api, request, parsed.GetValue(flags.Json), context, stop);
            var job = await api.PostAsync("api/drills", request, FleetJson.Default.DrillRequest, FleetJson.Default.FleetJob, stop);
            return await FleetJobs.FollowAsync(api, job, parsed.GetValue(noWait), parsed.GetValue(flags.Json), context, stop);
        });
        return command;
    }

    private static DrillRequest RequestOf(string[] tenants, string? host, bool isDryRun) => (tenants, host) switch
    {
        ([], { } id) => new() { Host = id, DryRun = isDryRun },
        ({ Length: > 0 }, null) => new() { Tenants = tenants, DryRun = isDryRun },
        _ => throw new UsageException("which backups? Either GUIDs, or -host for all of a host", "litestream fleet drill -host web-7"),
    };

    private static async Task<int> PlanAsync(FleetApi api, DrillRequest request, bool isJson, CommandContext context, CancellationToken stop)
    {
        var plan = await api.PostAsync("api/drills", request, FleetJson.Default.DrillRequest, FleetJson.Default.RestorePlan, stop);
        var code = context.Answer(isJson, plan, FleetJson.Default.RestorePlan, output =>
        {
            var table = new TextTable("tenant", "host", "size", "note") { Numbers = [2] };
            foreach (var step in plan.Items)
                table.Add(step.TenantId.ToString(), step.HostId ?? "-", step.SizeBytes is { } bytes ? SizeText.Format(bytes) : "-", step.Detail ?? "");
            table.Write(output);
            output.WriteLine();
            output.WriteLine(plan.Refused == 0 ? $"{plan.Total} would be drilled; nothing was done" : $"{plan.Refused} of {plan.Total} cannot be drilled, so none would be");
        });
        return plan.Refused > 0 ? ExitCode.Failed : code;
    }
}
