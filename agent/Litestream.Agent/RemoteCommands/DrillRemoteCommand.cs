using System.Globalization;
using Litestream.Agent.Drills;
using Litestream.Drills;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Restore;
using Litestream.Storage;

namespace Litestream.Agent.RemoteCommands;

/// <summary><c>drill</c>: its backup is restored aside, proven, thrown away, and the live database compared with what was captured.</summary>
internal sealed class DrillRemoteCommand(RemoteReplicas replicas, DrillNotes notes) : IRemoteCommand
{
    public string Kind => CommandKinds.Drill;

    public TimeSpan Limit => TimeSpan.FromHours(6);

    public async Task<RemoteResult> RunAsync(RemoteRun run, CancellationToken cancellationToken)
    {
        var (txid, timestamp) = RemoteMoment.Of(run.Command);
        using var named = replicas.Open(run);
        var (from, isOwn) = (named?.Storage ?? run.Database.FurthestStorage, named is null or { IsOwn: true });
        try
        {
            var record = await run.Database.DrillFromAsync(from, new() { Txid = txid, Timestamp = timestamp }, new Telling(run), cancellationToken);
            var result = new RemoteResult(Text(record), record.Txid) { Proof = isOwn ? await notes.TellAsync(Begun(run.Command), run.Database, from, record, cancellationToken) : null };
            return record.IsPassed ? result : throw new RemoteCommandException(CommandErrors.Damaged, result.Proof?.Detail ?? record.Trouble!) { Result = result };
        }
        catch (StorageException away) when (away.Fault != StorageFault.Missing && isOwn)
        {
            var proof = notes.TellNothing(Begun(run.Command), away.Message);
            throw new RemoteCommandException(RemoteFailures.CodeOf(away), RemoteFailures.TextOf(away)) { Result = new("inconclusive: the replica could not be read to the end") { Proof = proof } };
        }
    }

    /// <summary>Under the time of the claim, which a run that goes on behind a crash finds in the item: both write the same one.</summary>
    private static ProofRecord Begun(CommandRecord command) => new()
    {
        Tenant = command.Tenant,
        At = ItemTime.Rounded(command.ClaimedAt ?? command.RequestedAt),
        Verdict = ProofVerdicts.Inconclusive,
        By = command.HostId,
        Command = command.Id,
    };

    private static string Text(DrillRecord record) => string.Create(CultureInfo.InvariantCulture,
        $"{(record.IsPassed ? "passed" : "failed")}: {record.SizeBytes} bytes restored in {record.RestoreTime.TotalSeconds:0.000} s from {record.FileCount} files, {record.BytesRead} bytes read; proof: {Word(record.Proof)}; integrity check: {record.IntegrityCheck.ToString().ToLowerInvariant()}; live check: {Word(record)}");

    private static string Word(ProofKind? proof) => proof switch { ProofKind.Sum => "sum", ProofKind.FileChecksums => "checksums", _ => "none" };

    private static string Word(DrillRecord record) => record.Live switch { LiveVerdict.Equal => "equal", LiveVerdict.Differs => "differs", _ => $"not done ({record.WhyNotLive})" };

    private sealed class Telling(RemoteRun run) : IProgress<RestoreProgress>
    {
        public void Report(RestoreProgress value) => run.Report("fetch", value.PagesTotal == 0 ? 0 : (int)(90 * value.PagesDone / value.PagesTotal), value.BytesRead, value.PagesDone);
    }
}
