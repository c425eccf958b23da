using System.Globalization;
using Litestream.Drills;
using Litestream.Fleet.Items;
using Litestream.Restore;
using Litestream.Storage;

namespace Litestream.Agent.RemoteCommands;

/// <summary><c>drill</c>: its backup is restored aside, proven, thrown away, and the live database compared with what was captured.</summary>
internal sealed class DrillRemoteCommand(RemoteReplicas replicas) : IRemoteCommand
{
    public string Kind => CommandKinds.Drill;

    public TimeSpan Limit => TimeSpan.FromHours(6);

    public async Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        var (txid, timestamp) = RemoteMoment.Of(run.Command);
        using var named = replicas.Open(run);
        var options = new DrillOptions { Txid = txid, Timestamp = timestamp };
        try
        {
            var record = named is null
                ? await run.Database.DrillAsync(options, new Telling(run), cancellationToken)
                : await run.Database.DrillFromAsync(named.Storage, options, new Telling(run), cancellationToken);
            var result = new RemoteResult(Text(record), record.Txid) { Proof = named is null or { IsOwn: true } ? ProofOf(run.Command, record) : null };
            return record.IsPassed ? result : throw new RemoteCommandException(CommandErrors.Damaged, record.Trouble!) { Result = result };
        }
        catch (StorageException away) when (away.Fault != StorageFault.Missing && named is null or { IsOwn: true })
        {
            var proof = EmptyProof(run.Command, ProofVerdicts.Inconclusive) with { Detail = away.Message };
            throw new RemoteCommandException(RemoteFailures.CodeOf(away), RemoteFailures.TextOf(away)) { Result = new("inconclusive: the replica could not be read to the end") { Proof = proof } };
        }
    }

    private static ProofRecord ProofOf(CommandRecord command, DrillRecord record) => EmptyProof(command, record.IsPassed ? ProofVerdicts.Pass : ProofVerdicts.Fail) with
    {
        Txid = record.Txid.IsNone ? null : record.Txid.ToString(),
        Seconds = record.RestoreTime.TotalSeconds,
        Bytes = record.SizeBytes,
        Checks = string.Join(',', Checks(record)),
        Detail = record.Trouble,
    };

    /// <summary>Under the time of the claim, which a run that goes on behind a crash finds in the item: both write the same one.</summary>
    private static ProofRecord EmptyProof(CommandRecord command, string verdict) => new()
    {
        Tenant = command.Tenant,
        At = command.ClaimedAt ?? command.RequestedAt,
        Verdict = verdict,
        By = command.HostId,
        Command = command.Id,
    };

    private static IEnumerable<string> Checks(DrillRecord record)
    {
        if (record.Proof is not null)
            yield return Word(record.Proof);
        if (record.Proof is not null && record.IntegrityCheck != IntegrityCheck.None)
            yield return "integrity";
        if (record.Live != LiveVerdict.NotDone)
            yield return "live";
    }

    private static string Text(DrillRecord record) => string.Create(CultureInfo.InvariantCulture,
        $"{(record.IsPassed ? "passed" : "failed")}: {record.SizeBytes} bytes restored in {record.RestoreTime.TotalSeconds:0.000} s from {record.FileCount} files, {record.BytesRead} bytes read; proof: {Word(record.Proof)}; integrity check: {record.IntegrityCheck.ToString().ToLowerInvariant()}; live check: {Word(record)}");

    private static string Word(ProofKind? proof) => proof switch { ProofKind.Sum => "sum", ProofKind.FileChecksums => "checksums", _ => "none" };

    private static string Word(DrillRecord record) => record.Live switch { LiveVerdict.Equal => "equal", LiveVerdict.Differs => "differs", _ => $"not done ({record.WhyNotLive})" };

    private sealed class Telling(RemoteRun run) : IProgress<RestoreProgress>
    {
        public void Report(RestoreProgress value) => run.Report("fetch", value.PagesTotal == 0 ? 0 : (int)(90 * value.PagesDone / value.PagesTotal), value.BytesRead, value.PagesDone);
    }
}
