using System.CommandLine;
using Litestream.Agent.Configuration;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Agent.Commands.Fleets;

/// <summary><c>litestream fleet evacuate</c>: the tenants of a host that is gone come to others. Shows the plan, asks, and follows it to its end, turn by turn if the host had many.</summary>
internal static class FleetEvacuateCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new FleetApiFlags();
        var to = Flag.Text("-to", "HOST[,HOST]", "hosts that take them (required)");
        var mostFailures = Flag.Number("-max-failures", "when more than so many have failed nothing new is begun; default 10", 0, 1000);
        var dryRun = Flag.Switch("-dry-run", "only say what would be done");
        var yes = Flag.Switch("-yes", "do not ask");
        var noWait = Flag.Switch("-no-wait", "do not wait for its end");
        var from = new Argument<string>("HOST");
        var tenants = new Argument<string[]>("GUID") { Arity = ArgumentArity.ZeroOrMore };
        var command = new ProgramCommand("evacuate", "Bring the tenants of a lost host to others", "[flags] HOST [GUID...]") { Parent = FleetCommands.Parent }
            .Group("Flags", to, mostFailures, dryRun, yes, noWait, flags.Api, flags.Json)
            .Example("litestream fleet evacuate web-7 -to web-8,web-9 -dry-run", "which tenant would come to which host")
            .Example("litestream fleet evacuate web-7 -to web-8,web-9", "all that it had; called back with `litestream fleet cancel JOB`");
        command.Arguments.Add(from);
        command.Arguments.Add(tenants);
        command.SetAction(async (parsed, stop) =>
        {
            var request = new EvacuationRequest
            {
                From = parsed.GetValue(from),
                To = parsed.GetValue(to)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } hosts ? hosts : throw new UsageException("where to?", "-to HOST[,HOST]; `litestream fleet hosts` lists them"),
                Tenants = parsed.GetValue(tenants) is { Length: > 0 } some ? some : null,
                MaxFailures = parsed.GetValue(mostFailures),
            };
            using var api = flags.Open(parsed, context);
            return await RunAsync(api, request, new(parsed.GetValue(dryRun), parsed.GetValue(yes), parsed.GetValue(noWait), parsed.GetValue(flags.Json)), context, stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(FleetApi api, EvacuationRequest request, Manner manner, CommandContext context, CancellationToken stop)
    {
        for (var isAsked = manner.IsSure; ; isAsked = true)
        {
            var plan = await api.PostAsync("api/evacuations", request with { DryRun = true }, FleetJson.Default.EvacuationRequest, FleetJson.Default.EvacuationPlan, stop);
            if (manner.IsDryRun)
                return context.Answer(manner.IsJson, plan, FleetJson.Default.EvacuationPlan, output => Write(plan, output, isWhole: true));
            if (!isAsked)
            {
                Write(plan, context.Error, isWhole: false);
                if (!Confirms(context))
                    return ExitCode.Failed;
            }
            var job = await api.PostAsync("api/evacuations", request, FleetJson.Default.EvacuationRequest, FleetJson.Default.FleetJob, stop);
            var code = await FleetJobs.FollowAsync(api, job, manner.IsAtOnce, manner.IsJson, context, stop);
            if (code != ExitCode.Done || manner.IsAtOnce || !plan.HasMore)
                return code;
        }
    }

    private static bool Confirms(CommandContext context)
    {
        if (context.In is null)
            throw new UsageException("nobody is there to be asked", "-yes does it without a question, -dry-run only shows it");
        context.Error.Write("These hosts own them from then on, also when the lost one comes back. Go on? [y/N] ");
        return context.In.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    private static void Write(EvacuationPlan plan, TextWriter output, bool isWhole)
    {
        if (isWhole)
        {
            var steps = new TextTable("tenant", "to", "size", "transaction", "note") { Numbers = [3] };
            foreach (var step in plan.Items)
                steps.Add(step.TenantId.ToString(), step.ToHost ?? "-", SizeText.Format(step.SizeBytes), step.ReplicatedTxid ?? "-", step.Detail ?? "");
            steps.Write(output);
            output.WriteLine();
        }
        var table = new TextTable("to", "tenants", "bytes", "disk free") { Numbers = [2, 3, 4] };
        foreach (var target in plan.Targets)
            table.Add(target.HostId, $"{target.Tenants}", SizeText.Format(target.Bytes), target.DiskFreeBytes is { } free ? SizeText.Format(free) : "-");
        table.Write(output);
        output.WriteLine();
        output.WriteLine($"{plan.Total - plan.Refused} of {plan.Total} tenants of {plan.From} would come, {SizeText.Format(plan.Bytes)}{(plan.HasMore ? "; it has more, which follow in turns" : "")}");
        foreach (var step in plan.Items.Where(s => s.Code is not null && !isWhole).Take(10))
            output.WriteLine($"  not {step.TenantId}: {step.Detail}");
    }

    private readonly record struct Manner(bool IsDryRun, bool IsSure, bool IsAtOnce, bool IsJson);
}
