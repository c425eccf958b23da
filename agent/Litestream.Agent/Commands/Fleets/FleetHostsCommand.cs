using System.CommandLine;
using System.Globalization;
using Litestream.Agent.Configuration;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Commands.Fleets;

/// <summary><c>litestream fleet hosts</c>: who reports, and whether they still do.</summary>
internal static class FleetHostsCommand
{
    private const int PageSize = 1000;

    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new FleetApiFlags();
        var command = new ProgramCommand("hosts", "List the hosts, and whether they are heard of", "[flags]") { Parent = FleetCommands.Parent }.Group("Flags", flags.Api, flags.Json);
        command.SetAction((parsed, stop) => RunAsync(flags, parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(FleetApiFlags flags, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        using var api = flags.Open(parsed, context);
        var hosts = await FleetPages.AllAsync(cursor => $"api/hosts?limit={PageSize}{cursor}", async path =>
        {
            var page = await api.GetAsync(path, FleetJson.Default.FleetHostList, stop);
            return (page.Items, page.NextCursor);
        });
        return context.Answer(parsed.GetValue(flags.Json), new(hosts, null), FleetJson.Default.FleetHostList, output =>
        {
            var table = new TextTable("host", "", "last heard of", "tenants", "late or failing", "worst lag", "size", "disk free", "version") { Numbers = [3, 4, 5, 6, 7] };
            foreach (var host in hosts)
            {
                table.Add(
                    host.HostId,
                    host.Liveness,
                    Shown.Age(TimeSpan.FromSeconds(host.AgeSeconds)),
                    host.Tenants.ToString(CultureInfo.InvariantCulture),
                    host.UnhealthyTenants.ToString(CultureInfo.InvariantCulture),
                    string.Create(CultureInfo.InvariantCulture, $"{host.WorstLagSeconds:0.0}s"),
                    SizeText.Format(host.TenantBytes),
                    host.DiskFreeBytes is { } free ? SizeText.Format(free) : "-",
                    host.Version);
            }
            table.Write(output);
        });
    }
}
