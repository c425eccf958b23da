using System.CommandLine;
using System.Globalization;
using Litestream.Agent.Configuration;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Commands.Fleets;

/// <summary><c>litestream fleet tenants</c>: of a host, by the beginning of a GUID, or those with a problem.</summary>
internal static class FleetTenantsCommand
{
    private const int PageSize = 1000;
    private const string Unknown = "?";

    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new FleetApiFlags();
        var host = Flag.Text("-host", "ID", "those of a host");
        var problems = Flag.Switch("-problems", "those that something is wrong with");
        var prefix = new Argument<string?>("GUID") { Arity = ArgumentArity.ZeroOrOne };
        var command = new ProgramCommand("tenants", "List tenants: of a host, by GUID, or with problems", "[flags] [GUID]") { Parent = FleetCommands.Parent }
            .Group("Which", host, problems)
            .Group("Flags", flags.Api, flags.Json)
            .Example("litestream fleet tenants 3f2a", "by the beginning of their GUID, at least two digits")
            .Example("litestream fleet tenants -host web-7", "what a host has");
        command.Arguments.Add(prefix);
        command.SetAction((parsed, stop) => RunAsync(flags, QueryOf(parsed.GetValue(host), parsed.GetValue(problems), parsed.GetValue(prefix)), parsed, context, stop));
        return command;
    }

    private static string QueryOf(string? host, bool problems, string? prefix) => (host, problems, prefix) switch
    {
        ({ } id, false, null) => $"host={Uri.EscapeDataString(id)}",
        (null, true, null) => "problems=true",
        (null, false, { } beginning) => $"prefix={Uri.EscapeDataString(beginning)}",
        _ => throw new UsageException("which tenants? One of -host, -problems and the beginning of a GUID", "litestream fleet tenants -host web-7"),
    };

    private static async Task<int> RunAsync(FleetApiFlags flags, string query, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        using var api = flags.Open(parsed, context);
        var tenants = await FleetPages.AllAsync(cursor => $"api/tenants?{query}&limit={PageSize}{cursor}",
            async path =>
        {
            var page = await api.GetAsync(path, FleetJson.Default.FleetTenantList, stop);
            return (page.Items, page.NextCursor);
        });
        return context.Answer(parsed.GetValue(flags.Json), new(tenants, null), FleetJson.Default.FleetTenantList, output =>
        {
            var table = new TextTable("tenant", "host", "health", "status", "size", "lag", "last sync", "note") { Numbers = [4, 5] };
            foreach (var tenant in tenants)
            {
                table.Add(
                    tenant.TenantId.ToString(),
                    tenant.HostId ?? "nobody's",
                    tenant.Health,
                    tenant.Status,
                    tenant.SizeBytes is { } bytes ? SizeText.Format(bytes) : Unknown,
                    tenant.LagSeconds is { } lag ? string.Create(CultureInfo.InvariantCulture, $"{lag:0.0}s") : Unknown,
                    tenant.LastSyncAt is { } sync ? Shown.Age(context.Time.GetUtcNow() - sync) : Unknown,
                    tenant.Detail ?? tenant.Reason ?? "");
            }
            table.Write(output);
        });
    }
}
