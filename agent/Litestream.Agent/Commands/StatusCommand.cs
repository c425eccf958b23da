using System.CommandLine;
using System.Globalization;
using Litestream.Agent.Configuration;
using Litestream.Fleet;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream status</c>: how every database is doing.</summary>
internal static class StatusCommand
{
    private const int MostPlaces = 10;

    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new QueryFlags();
        var command = new ProgramCommand("status", "Show how every database is doing", "[flags]")
            .Group("Ask a running agent", flags.AgentGroup)
            .Group("Or look without one", flags.MainSourceGroup)
            .RareGroup("Buckets and names", flags.RareSourceGroup)
            .Group("Output", flags.Json)
            .Example("litestream status", "of the agent that runs here")
            .Example("litestream status -watch-dir data/clients -replica file:///var/backups", "what the files themselves show");
        command.SetAction((parsed, stop) => RunAsync(flags, parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(QueryFlags flags, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var report = await flags.ReportAsync(parsed, context, stop);
        return context.Answer(parsed.GetValue(flags.Json), report, FleetJson.Default.StatusReport, output => Write(report, output, context.Time.GetUtcNow()));
    }

    private static void Write(StatusReport report, TextWriter output, DateTimeOffset now)
    {
        var table = new TextTable("client", "status", "txid", "size", "lag", "last sync", "note") { Numbers = [3, 4] };
        foreach (var client in report.Clients)
        {
            table.Add(
                client.ClientId,
                client.Status,
                client.ReplicatedTxid ?? "-",
                SizeText.Format(client.SizeBytes),
                Lag(client.LagSeconds),
                client.LastSyncAt is { } sync ? Shown.Age(now - sync) : "never",
                client.Detail ?? client.Reason ?? "");
            foreach (var replica in client.Replicas ?? [])
                Add(table, client, replica, report.LagLimitSeconds, now);
        }
        table.Write(output);
        output.WriteLine();
        output.WriteLine($"{report.TotalClients} databases: {string.Join(", ", report.Counts.Where(c => c.Value > 0).Select(c => $"{c.Value} {c.Key}"))}");
        if (report.UnhealthyClients + report.PartlyUnhealthyClients > 0)
            output.WriteLine($"{report.UnhealthyClients} late or failing, {report.PartlyUnhealthyClients} more in one of their replicas only");
        WritePlaces(report, output);
        WriteFleet(report.Fleet, output);
        foreach (var warning in report.Warnings.Concat(report.Directories.Where(d => d.Error is not null).Select(d => $"{d.Path}: {d.Error}")))
            output.WriteLine($"warning: {warning}");
        if (report.SkippedCount > 0)
            output.WriteLine($"{report.SkippedCount} files are not replicated; `litestream status -json` lists them");
    }

    /// <summary>One of several replicas, below its database. Its place stands last: it is long.</summary>
    private static void Add(TextTable table, Client client, ClientReplica replica, double lagLimitSeconds, DateTimeOffset now)
    {
        // As the agent judges it: what a database that waits has not captured is no replica's fault.
        var isLate = replica.Status is StatusWords.Active && client.Status is not (StatusWords.Waiting or StatusWords.Paused) && replica.LagSeconds > lagLimitSeconds;
        table.Add(
            "  replica",
            isLate ? "late" : replica.Status,
            replica.Txid ?? "-",
            "",
            Lag(replica.LagSeconds),
            replica.LastSyncAt is { } sync ? Shown.Age(now - sync) : "never",
            replica.Detail is null || replica.Detail == client.Detail ? replica.Url : $"{replica.Url}: {replica.Detail}");
    }

    /// <summary>Those where something is late or fails stand first.</summary>
    private static void WritePlaces(StatusReport report, TextWriter output)
    {
        if (report.Replicas is null)
            output.WriteLine($"replica {report.Replica}");
        foreach (var place in (report.Replicas ?? []).OrderByDescending(p => p.UnhealthyClients).Take(MostPlaces))
        {
            var how = place.UnhealthyClients == 0
                ? "all is well"
                : string.Create(CultureInfo.InvariantCulture, $"{place.UnhealthyClients} of {place.Clients} late or failing, worst lag {place.WorstLagSeconds:0.0}s");
            output.WriteLine($"replica {place.Url}: {how}");
        }
        if (report.Replicas?.Count > MostPlaces)
            output.WriteLine($"and {report.Replicas.Count - MostPlaces} more places");
    }

    private static void WriteFleet(FleetConnection? fleet, TextWriter output)
    {
        if (fleet is null)
            return;
        var heartbeat = fleet.HeartbeatAgeSeconds is { } age ? $"last heartbeat {Shown.Age(TimeSpan.FromSeconds(age))}" : "no heartbeat yet";
        var trouble = fleet.State == FleetConnectionWords.Connected ? "" : $"; {fleet.LastError ?? "the table has not answered yet"}";
        var elsewhere = fleet.TenantsElsewhere > 0 ? $"; {fleet.TenantsElsewhere} tenants belong to other hosts" : "";
        output.WriteLine($"fleet {fleet.Table}: host {fleet.HostId}, {fleet.State}, {heartbeat}{trouble}{elsewhere}");
    }

    private static string Lag(double seconds) => seconds > 0 ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0}s") : "-";
}
