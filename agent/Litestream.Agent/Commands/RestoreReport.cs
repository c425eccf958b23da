using System.Globalization;
using System.Text.Json;
using Litestream.Agent.Configuration;
using Litestream.Ltx;
using Litestream.Restore;

namespace Litestream.Agent.Commands;

/// <summary>Tells how a restore went, or would go, as text or JSON; answers the exit code.</summary>
internal sealed class RestoreReport(TextWriter output, RestoreRequest request, string replica)
{
    /// <summary>A plan may have thousands of files; a screen has not.</summary>
    private const int MostFilesShown = 20;

    private string? OutputPath => request.HasOutput ? request.Options.OutputPath : null;

    public int Skipped(string why)
    {
        output.WriteLine(request.Json
            ? JsonSerializer.Serialize(new(OutputPath, replica, why), AgentJson.Default.RestoreSkippedAnswer)
            : $"Nothing restored to {OutputPath}: {why}");
        return ExitCode.Done;
    }

    public int Result(RestoreResult result)
    {
        if (request.Json)
            output.WriteLine(JsonSerializer.Serialize(Answer(result), AgentJson.Default.RestoreAnswer));
        else
            WriteText(result);
        return result.Damage.Count == 0 ? ExitCode.Done : ExitCode.Damaged;
    }

    public int Plan(RestorePlan plan)
    {
        if (request.Json)
            output.WriteLine(JsonSerializer.Serialize(Answer(plan), AgentJson.Default.RestorePlanAnswer));
        else
            WriteText(plan);
        return ExitCode.Done;
    }

    private RestoreAnswer Answer(RestoreResult result) => new(
        request.Options.OutputPath, replica, result.Txid.ToString(), result.Timestamp, result.SizeBytes, result.FileCount,
        result.BytesRead, result.BytesResumed, result.Proof == ProofKind.Sum ? "sum" : "checksums",
        request.Options.IntegrityCheck.ToString().ToLowerInvariant(), result.Damage, Math.Round(result.Duration.TotalMilliseconds, 1));

    private RestorePlanAnswer Answer(RestorePlan plan) => new(
        OutputPath, replica, plan.Txid.ToString(), plan.Timestamp, [.. plan.Files.Select(LtxAnswer.Of)], plan.TotalBytes,
        plan.Newest.MaxTxid.ToString(), plan.Newest.CreatedAt, plan.LostTransactions, ReplacedBytes);

    private void WriteText(RestoreResult result)
    {
        var proof = result.Proof == ProofKind.Sum ? "proven equal to what was captured" : "every file's checksum is right";
        output.WriteLine($"Restored {request.Options.OutputPath}");
        output.WriteLine($"  transaction {result.Txid} of {TimeText(result.Timestamp)}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {SizeText.Format(result.SizeBytes)} from {result.FileCount} files in {result.Duration.TotalSeconds:0.00} s, {proof}"));
        if (result.BytesResumed > 0)
            output.WriteLine($"  {SizeText.Format(result.BytesResumed)} of it were there from a restore that was cut short; {SizeText.Format(result.BytesRead)} read now");
        foreach (var damage in result.Damage)
            output.WriteLine($"  damage in the replica, which other files made good: {damage}");
    }

    private void WriteText(RestorePlan plan)
    {
        output.WriteLine($"Would restore {OutputPath ?? "a database"} to transaction {plan.Txid} of {TimeText(plan.Timestamp)}");
        output.WriteLine(plan.LostTransactions == 0
            ? "  the newest in the replica: nothing of it would be lost"
            : $"  {plan.LostTransactions} later transactions, up to {plan.Newest.MaxTxid} of {TimeText(plan.Newest.CreatedAt)}, would not be in it");
        if (ReplacedBytes is { } bytes)
            output.WriteLine($"  the file there, {SizeText.Format(bytes)}, would {(request.Options.Force ? "be replaced" : "refuse it: choose another output, or -force")}");
        output.WriteLine($"  {SizeText.Format(plan.TotalBytes)} in {plan.Files.Count} files");
        foreach (var file in plan.Files.Take(MostFilesShown))
            output.WriteLine($"    level {file.Level}  {file.Name}  {SizeText.Format(file.SizeBytes)}");
        if (plan.Files.Count > MostFilesShown)
            output.WriteLine($"    and {plan.Files.Count - MostFilesShown} more (all with -json)");
    }

    private long? ReplacedBytes => OutputPath is { } path && new FileInfo(path) is { Exists: true, Length: > 0 } file ? file.Length : null;

    private static string TimeText(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
