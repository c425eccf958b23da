using System.CommandLine;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;

namespace Litestream.Agent.Commands.Fleets;

/// <summary><c>litestream fleet command</c>: tells a tenant's host what to do with it, and waits for what comes of it.</summary>
internal static class FleetTellCommand
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new FleetApiFlags();
        var host = Flag.Text("-host", "ID", "which host; default: the tenant's own");
        var ifAlive = Flag.OneOf("-if-alive", "WHAT", "take-over or adopt, while the owner is heard of", IfAliveWords.Fail, IfAliveWords.Take);
        var noWait = Flag.Switch("-no-wait", "do not wait for its end");
        var kind = new Argument<string>("KIND");
        var tenant = new Argument<string>("GUID");
        var command = new ProgramCommand("command", "Tell a host what to do with a tenant", "[flags] KIND GUID") { Parent = FleetCommands.Parent }
            .Group("Flags", host, ifAlive, noWait, flags.Api, flags.Json)
            .Example("litestream fleet command drill GUID", $"KIND: {string.Join(", ", CommandKinds.All.Where(k => k != CommandKinds.Restore))}");
        command.Arguments.Add(kind);
        command.Arguments.Add(tenant);
        command.SetAction(async (parsed, stop) =>
        {
            using var api = flags.Open(parsed, context);
            var asked = await AskAsync(api, parsed.GetValue(kind)!, parsed.GetValue(tenant)!, parsed.GetValue(host), parsed.GetValue(ifAlive), stop);
            return await FollowAsync(api, asked, parsed.GetValue(noWait), parsed.GetValue(flags.Json), context, stop);
        });
        return command;
    }

    private static async Task<FleetCommand> AskAsync(FleetApi api, string kind, string guid, string? host, string? ifAlive, CancellationToken stop)
    {
        var tenant = await api.GetAsync($"api/tenants/{Uri.EscapeDataString(guid)}", FleetJson.Default.FleetTenant, stop);
        var where = host ?? tenant.HostId ?? throw new UsageException($"{guid} is nobody's: which host?", "-host ID; `litestream fleet hosts` lists them");
        var request = new CommandRequest { Kind = kind, Tenant = guid, IfAlive = ifAlive, Epoch = kind is CommandKinds.TakeOver or CommandKinds.Adopt or CommandKinds.Release && tenant.Epoch > 0 ? tenant.Epoch : null };
        return await api.PostAsync($"api/hosts/{Uri.EscapeDataString(where)}/commands", request, FleetJson.Default.CommandRequest, FleetJson.Default.FleetCommand, stop);
    }

    private static async Task<int> FollowAsync(FleetApi api, FleetCommand command, bool isAtOnce, bool isJson, CommandContext context, CancellationToken stop)
    {
        var said = "";
        while (!isAtOnce && !CommandStates.IsFinal(command.State))
        {
            if ($"{command.Kind} {command.Id}: {command.State}{(command.Step is { } step ? $", {step} {command.Percent} %" : "")}" is var line && line != said)
                context.Error.WriteLine(said = line);
            await Task.Delay(LookInterval, context.Time, stop);
            command = await api.GetAsync($"api/hosts/{Uri.EscapeDataString(command.HostId)}/commands/{command.Id}", FleetJson.Default.FleetCommand, stop);
        }
        context.Answer(isJson, command, FleetJson.Default.FleetCommand,
            output => output.WriteLine($"{command.Kind} of {command.TenantId} on {command.HostId} is {command.State}{((command.Error ?? command.Result) is { } what ? $": {what}" : "")}"));
        return command.State == CommandStates.Done || !CommandStates.IsFinal(command.State) ? ExitCode.Done : ExitCode.Failed;
    }
}
