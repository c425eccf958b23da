using System.CommandLine;
using System.Globalization;
using Litestream.Agent.Configuration;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Agent.Commands.Fleets;

/// <summary><c>litestream fleet restore</c>: tenants to a former state, on any host; waits for its end unless told not to.</summary>
internal static class FleetRestoreCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new FleetRestoreFlags();
        var command = new ProgramCommand("restore", "Restore tenants, in place or elsewhere, on any host", "[flags] GUID...") { Parent = FleetCommands.Parent }
            .Group("Which state", flags.Timestamp, flags.Txid)
            .Group("Where to (in place, if neither is given)", flags.Host, flags.Path, flags.NewTenant)
            .Group("How", flags.IfBusy, flags.Replica, flags.DryRun, flags.NoWait)
            .Group("Flags", flags.Api.Api, flags.Api.Json)
            .Example("litestream fleet restore -timestamp 2026-11-21T09:00:00Z GUID", "in place; `litestream fleet undo JOB` takes it back")
            .Example("litestream fleet restore -host web-2 -o /srv/clients/GUID.db GUID", "to another host, the newest state");
        command.Arguments.Add(flags.Tenants);
        command.SetAction((parsed, stop) => RunAsync(flags, parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(FleetRestoreFlags flags, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var request = flags.Request(parsed);
        using var api = flags.Api.Open(parsed, context);
        return await AskAsync(api, request, parsed.GetValue(flags.NoWait), parsed.GetValue(flags.Api.Json), context, stop);
    }

    /// <summary>What would be done, or the job to its end.</summary>
    public static async Task<int> AskAsync(FleetApi api, Litestream.Fleet.Api.RestoreRequest request, bool isAtOnce, bool isJson, CommandContext context, CancellationToken stop)
    {
        if (request.DryRun)
        {
            var plan = await api.PostAsync("api/restores", request, FleetJson.Default.RestoreRequest, FleetJson.Default.RestorePlan, stop);
            var code = context.Answer(isJson, plan, FleetJson.Default.RestorePlan, output => Write(plan, output));
            return plan.Refused > 0 ? ExitCode.Failed : code;
        }
        var job = await api.PostAsync("api/restores", request, FleetJson.Default.RestoreRequest, FleetJson.Default.FleetJob, stop);
        return await FleetJobs.FollowAsync(api, job, isAtOnce, isJson, context, stop);
    }

    private static void Write(RestorePlan plan, TextWriter output)
    {
        var table = new TextTable("tenant", "host", "to", "transaction", "captured", "fetched", "files", "about", "note") { Numbers = [5, 6, 7] };
        foreach (var step in plan.Items)
        {
            table.Add(
                step.TenantId.ToString(),
                step.HostId ?? "-",
                step.TargetPath ?? (step.NewTenant is { } fork ? $"new tenant {fork}" : "in place"),
                step.Txid ?? "-",
                step.Time is { } time ? Shown.Time(time) : "-",
                step.SizeBytes is { } bytes ? SizeText.Format(bytes) : "-",
                step.Files?.ToString(CultureInfo.InvariantCulture) ?? "-",
                step.Seconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s") : "-",
                step.Detail ?? "");
        }
        table.Write(output);
        output.WriteLine();
        output.WriteLine(plan.Refused == 0
            ? $"{plan.Total} would be restored; nothing was done"
            : string.Create(CultureInfo.InvariantCulture, $"{plan.Refused} of {plan.Total} cannot be restored, so none would be"));
    }
}
