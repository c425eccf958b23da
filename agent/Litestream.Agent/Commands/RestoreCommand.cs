using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Litestream.Agent.Configuration;
using Litestream.Agent.Logging;
using Litestream.Ltx;
using Litestream.Restore;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream restore</c>: a database from its replica into a file.</summary>
internal static class RestoreCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new RestoreFlags();
        var command = new ProgramCommand("restore", "Restore a database from its replica into a file", "-o FILE [flags] URL")
            .Group("Where to", flags.Output, flags.Force)
            .Group("Which moment (the newest unless said)", flags.Txid, flags.Timestamp)
            .Group("How", flags.Check, flags.Parallelism, flags.Json, flags.Log.Level)
            .Example("litestream restore -o restored.db file:///var/backups/databases/12345678-1234-5678-9abc-123456789012", "the newest state")
            .Example("litestream restore -o noon.db -timestamp 2026-11-20T12:00:00Z file:///var/backups/databases/legacy", "as it was at noon");
        command.Arguments.Add(flags.Url);
        command.SetAction((parsed, stop) => RunAsync(flags, parsed, context, stop));
        return command;
    }

    private static async Task<int> RunAsync(RestoreFlags flags, ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var (url, options) = flags.Read(parsed, context.Environment);
        using var logging = AgentLogging.Create(flags.Log.Read(parsed, LogLevel.Warning), context.Error, context.Time);
        var storage = ReplicaChoice.Open(url, context.Environment).Open("");
        var restorer = new Restorer(storage, context.Time, logging.CreateLogger("Litestream.Restore"));

        RestoreResult result;
        using (var progress = new RestoreProgressLine(context.IsInteractive ? context.Error : null, context.Time))
            result = await restorer.RunAsync(options, progress, stop);

        if (parsed.GetValue(flags.Json))
            context.Out.WriteLine(JsonSerializer.Serialize(Answer(options, storage.Url, result), AgentJson.Default.RestoreAnswer));
        else
            context.Out.WriteLine(Text(options, result));
        return ExitCode.Done;
    }

    private static RestoreAnswer Answer(RestoreOptions options, string replica, RestoreResult result) => new(
        options.OutputPath, replica, result.Txid.ToString(), result.Timestamp, result.SizeBytes, result.FileCount,
        result.Proof == ProofKind.Sum ? "sum" : "checksums", Math.Round(result.Duration.TotalMilliseconds, 1));

    private static string Text(RestoreOptions options, RestoreResult result)
    {
        var proof = result.Proof == ProofKind.Sum ? "proven equal to what was captured" : "every file's checksum is right";
        return string.Create(CultureInfo.InvariantCulture, $"""
            Restored {options.OutputPath}
              transaction {result.Txid} of {result.Timestamp.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}Z
              {SizeText.Format(result.SizeBytes)} from {result.FileCount} files in {result.Duration.TotalSeconds:0.00} s, {proof}
            """);
    }
}
