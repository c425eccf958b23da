using System.Text.Json.Serialization;
using Litestream.Drills;
using Litestream.Restore;

namespace Litestream.Agent.Api.Control;

/// <summary>What a drill found.</summary>
/// <param name="Path">Absolute path of the database.</param>
/// <param name="Verdict"><c>passed</c> or <c>failed</c>.</param>
/// <param name="Txid">The transaction that was restored; 0 if it did not come so far.</param>
/// <param name="At">When it began, UTC.</param>
/// <param name="SizeBytes">Of the database.</param>
/// <param name="BytesRead">From the replica.</param>
/// <param name="Files">LTX files used.</param>
/// <param name="Proof"><c>sum</c>, <c>checksums</c>, or <c>none</c>.</param>
/// <param name="IntegrityCheck"><c>none</c>, <c>quick</c> or <c>full</c>, passed.</param>
/// <param name="LiveCheck"><c>equal</c>, <c>differs</c> or <c>not_done</c>.</param>
/// <param name="WhyNotLive">Left out when it was done.</param>
/// <param name="Trouble">Left out when it passed.</param>
/// <param name="Damage">Damaged files of the replica that others stood in for.</param>
/// <param name="RestoreMs">From plan to proof.</param>
/// <param name="DurationMs">Of all.</param>
internal sealed record DrillAnswer(
    string Path, string Verdict, ulong Txid, DateTimeOffset At, long SizeBytes, long BytesRead, int Files, string Proof, string IntegrityCheck, string LiveCheck,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? WhyNotLive,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Trouble,
    IReadOnlyList<string> Damage, double RestoreMs, double DurationMs)
{
    public static DrillAnswer Of(string path, DrillRecord record) => new(
        path, record.IsPassed ? "passed" : "failed", record.Txid.Value, record.At, record.SizeBytes, record.BytesRead, record.FileCount,
        record.Proof switch { ProofKind.Sum => "sum", ProofKind.FileChecksums => "checksums", _ => "none" },
        record.IntegrityCheck.ToString().ToLowerInvariant(),
        record.Live switch { LiveVerdict.Equal => "equal", LiveVerdict.Differs => "differs", _ => "not_done" },
        record.WhyNotLive, record.Trouble, record.Damage, Math.Round(record.RestoreTime.TotalMilliseconds, 1), Math.Round(record.Duration.TotalMilliseconds, 1));
}
