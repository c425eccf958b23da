using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Litestream.Agent.Configuration;
using Litestream.Ltx;
using Litestream.Restore;
using Litestream.Restore.Generations;
using Litestream.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Agent.Commands;

/// <summary><c>litestream verify</c>: reads a replica from beginning to end and writes nothing.</summary>
internal static class VerifyCommand
{
    public static ProgramCommand Create(CommandContext context)
    {
        var flags = new LookupFlags();
        var json = Flag.Switch("-json", "the result as JSON");
        var target = new Argument<string?>("URL") { Arity = ArgumentArity.ZeroOrOne };
        var command = new ProgramCommand("verify", "Read a whole replica: what is damaged, what can be restored", "[flags] URL|DB|GUID")
            .Group("Flags", json)
            .Group("To find DB or GUID", flags.MainGroup)
            .RareGroup("Buckets and agents", flags.RareGroup)
            .Example("litestream verify file:///var/backups/databases/<guid>", "exit code 3 when something is damaged or missing");
        command.Arguments.Add(target);
        command.SetAction(async (parsed, stop) =>
        {
            var named = parsed.GetValue(target) ?? throw new UsageException("which replica? URL is missing", "litestream verify file:///var/backups/databases/<guid>");
            var found = await new ReplicaLookup(flags, parsed, context).FindAsync(named, stop);
            var storage = found.Storage;
            var report = await VerifyAsync(found, storage, context, stop);
            if (parsed.GetValue(json))
                context.Out.WriteLine(JsonSerializer.Serialize(VerifyAnswer.Of(storage.Url, report), AgentJson.Default.VerifyAnswer));
            else
                WriteText(context.Out, storage.Url, report);
            return report.IsWhole ? ExitCode.Done : ExitCode.Damaged;
        });
        return command;
    }

    private static async Task<VerifyReport> VerifyAsync(FoundReplica found, IReplicaStorage storage, CommandContext context, CancellationToken stop)
    {
        try
        {
            return await new ReplicaVerifier(storage).RunAsync(progress: null, stop);
        }
        catch (StorageException e) when (e.IsMissing)
        {
            var old = new GenerationRestorer(found.Root, found.Path, context.Time, NullLogger.Instance);
            throw await old.NewestUpToAsync(null, stop) is not null
                ? new LitestreamException($"{storage.Url} was written by Litestream v0.3, which left nothing to compare its files with", e,
                    "a restore to a new file reads every checksum in it, and changes nothing else")
                : e;
        }
    }

    private static void WriteText(TextWriter output, string replica, VerifyReport report)
    {
        output.WriteLine($"{replica}: {(report.IsWhole ? "whole" : "damaged")}");
        output.WriteLine($"  {report.FileCount} files, {SizeText.Format(report.TotalBytes)}, read from beginning to end; compared with "
            + (report.Proof == ProofKind.Sum ? "the sums recorded at capture" : "each file's own checksum"));
        output.WriteLine(report is { Oldest: { } oldest, Newest: { } newest }
            ? $"  {report.PointCount} states can be restored, from {PointOf(oldest)} to {PointOf(newest)}"
            : "  nothing can be restored");
        if (report.Newest?.MaxTxid != report.NewestListed.MaxTxid)
            output.WriteLine($"  the newest, {PointOf(report.NewestListed)}, cannot");
        foreach (var damage in report.Damage)
            output.WriteLine($"  damaged: {damage.Problem}");
        foreach (var (min, max) in report.Missing)
            output.WriteLine($"  missing: transactions {min} to {max}");
    }

    private static string PointOf(LtxFile last) =>
        $"{last.MaxTxid} of {last.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}";
}
