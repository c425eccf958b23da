using System.CommandLine;

namespace Litestream.Agent.Commands.Fleets;

/// <summary><c>litestream fleet fork</c>: a tenant as it is, or was, becomes another tenant on a host; the one it comes from is not touched.</summary>
internal static class FleetForkCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var to = Flag.Text("-to", "HOST", "on this host; default: the tenant's own");
        var timestamp = Flag.Text("-timestamp", "TIME", "the newest state before it, ISO 8601 with an offset or Z");
        var txid = Flag.Text("-txid", "TXID", "exactly this transaction, 16 hexadecimal digits");
        var fork = Flag.Text("-as", "GUID", "of the new tenant; default: a new one, which is said");
        var dryRun = Flag.Switch("-dry-run", "only say what would be done");
        var noWait = Flag.Switch("-no-wait", "do not wait for its end");
        var flags = new FleetApiFlags();
        var tenant = new Argument<string>("GUID");
        var command = new ProgramCommand("fork", "Make a tenant, as it was at a time, another tenant on any host", "[flags] GUID") { Parent = FleetCommands.Parent }
            .Group("Which state (the newest, if neither is given)", timestamp, txid)
            .Group("What it becomes", to, fork)
            .Group("Flags", dryRun, noWait, flags.Api, flags.Json)
            .Example("litestream fleet fork GUID -to web-2 -timestamp 2026-11-21T09:00:00Z", "to look at it, or to go on with it: it is replicated from then on");
        command.Arguments.Add(tenant);
        command.SetAction(async (parsed, stop) =>
        {
            // Made here, so that the same request sent again is the same.
            var becomes = parsed.GetValue(fork) ?? Guid.NewGuid().ToString("D");
            var request = new Litestream.Fleet.Api.RestoreRequest
            {
                Tenants = [parsed.GetValue(tenant)!],
                Timestamp = FleetRestoreFlags.TimeOf(parsed.GetValue(timestamp)),
                Txid = parsed.GetValue(txid),
                Host = parsed.GetValue(to),
                NewTenant = becomes,
                DryRun = parsed.GetValue(dryRun),
            };
            using var api = flags.Open(parsed, context);
            if (parsed.GetValue(fork) is null && !request.DryRun)
                context.Error.WriteLine($"the new tenant is {becomes}");
            return await FleetRestoreCommand.AskAsync(api, request, parsed.GetValue(noWait), parsed.GetValue(flags.Json), context, stop);
        });
        return command;
    }
}
