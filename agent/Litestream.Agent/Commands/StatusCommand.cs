using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Litestream.Agent.Configuration;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream status</c>: how every database is doing.</summary>
internal static class StatusCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new QueryFlags();
        var command = new ProgramCommand("status", "Show how every database is doing", "[flags]")
            .Group("Ask a running agent", flags.AgentGroup)
            .Group("Or look without one", flags.SourceGroup)
            .Group("Output", flags.Json)
            .Example("litestream status", "of the agent that runs here")
            .Example("litestream status -watch-dir data/clients -replica file:///var/backups", "what the files themselves show");
        command.SetAction((parsed, stop) => RunAsync(flags, parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(QueryFlags flags, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var report = await flags.ReportAsync(parsed, context, stop);
        if (parsed.GetValue(flags.Json))
            context.Out.WriteLine(JsonSerializer.Serialize(report, FleetJson.Default.StatusReport));
        else
            Write(report, context.Out, context.Time.GetUtcNow());
        return ExitCode.Done;
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
                client.LagSeconds > 0 ? string.Create(CultureInfo.InvariantCulture, $"{client.LagSeconds:0.0}s") : "-",
                client.LastSyncAt is { } sync ? Shown.Age(now - sync) : "never",
                client.Detail ?? client.Reason ?? "");
        }
        table.Write(output);
        output.WriteLine();
        output.WriteLine($"{report.TotalClients} databases: {string.Join(", ", report.Counts.Where(c => c.Value > 0).Select(c => $"{c.Value} {c.Key}"))}");
        output.WriteLine($"replica {report.Replica}");
        foreach (var warning in report.Warnings.Concat(report.Directories.Where(d => d.Error is not null).Select(d => $"{d.Path}: {d.Error}")))
            output.WriteLine($"warning: {warning}");
        if (report.SkippedCount > 0)
            output.WriteLine($"{report.SkippedCount} files are not replicated; `litestream status -json` lists them");
    }
}
