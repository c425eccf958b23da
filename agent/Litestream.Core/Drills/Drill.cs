using Litestream.Ltx;
using Litestream.Replication;
using Litestream.Restore;
using Litestream.Storage;
using Microsoft.Extensions.Logging;

namespace Litestream.Drills;

/// <summary>
/// Restores a database from its replica as if it were lost, proves the result, and throws it away; then compares the live database with what was captured.
/// The first shows that the backup restores, the second that the backup is the database.
/// </summary>
internal sealed class Drill(ReplicatedDatabase database, IReplicaStorage from, LiveCheck liveCheck, DrillOptions options, string scratch, TimeProvider time, ILogger log)
{
    /// <summary>A replica that does not take the newest commits in this time: what it has is drilled.</summary>
    private static readonly TimeSpan SyncLimit = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    public async Task<DrillRecord> RunAsync(IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        var (begun, at) = (time.GetTimestamp(), time.GetUtcNow());
        await SyncAsync(cancellationToken).ConfigureAwait(false);
        var published = Own?.Book.Published ?? Txid.None;
        var trial = await RestoreTrial.RunAsync(new(from, time, log), scratch, OptionsFor, () => Faults.Reach(FaultPoint.RestoredAside), progress, cancellationToken).ConfigureAwait(false);
        if (trial.Result is not { } restored)
        {
            HaveItHealed(trial.Trouble!.Message);
            return Told(new(Txid.None, at, time.GetElapsedTime(begun), time.GetElapsedTime(begun), 0, 0, 0, null, IntegrityCheck.None, LiveVerdict.NotDone, trial.Trouble!.Message) { WhyNotLive = "there is nothing restored to compare with" });
        }
        var record = new DrillRecord(restored.Txid, at, restored.Duration, default, restored.SizeBytes, restored.BytesRead, restored.FileCount, restored.Proof, options.IntegrityCheck, LiveVerdict.NotDone, null)
        {
            CapturedAt = restored.Timestamp,
            Sum = restored.PostSum,
            Damage = restored.Damage,
        };
        if (IsOfTheNewest && restored.Txid < published)
        {
            var lost = $"{from.Url} restores to transaction {restored.Txid} only, and {published} was published there: the files that held what is between are gone";
            HaveItHealed(lost);
            return Told(record with { Trouble = lost, WhyNotLive = "what is restored is older", Duration = time.GetElapsedTime(begun) });
        }
        // Nothing is lost yet: one file less, and it would be.
        if (restored.Damage.Count > 0)
            HaveItHealed(string.Join("; ", restored.Damage));
        return Told(await CheckLiveAsync(record, cancellationToken).ConfigureAwait(false) with { Duration = time.GetElapsedTime(begun) });
    }

    private bool IsOfTheNewest => options.Txid is null && options.Timestamp is null;

    /// <summary>The replica that is drilled; null when it is not one of this database's.</summary>
    private DatabaseReplica? Own => database.Replicas.FirstOrDefault(r => r.Url == from.Url);

    /// <summary>A chain whose newest state does not restore, of a database that is here: it gets an image of that, as when a file of it is met damaged on the way.</summary>
    private void HaveItHealed(string trouble)
    {
        if (IsOfTheNewest && WhyNotLive() is null)
            Own?.TellDamage(trouble);
    }

    private RestoreOptions OptionsFor(string path) => new() { OutputPath = path, Txid = options.Txid, Timestamp = options.Timestamp, IntegrityCheck = options.IntegrityCheck, Parallelism = options.Parallelism };

    /// <summary>So that it is drilled what an application has now, where that can be.</summary>
    private async Task SyncAsync(CancellationToken cancellationToken)
    {
        if (WhyNotLive() is not null)
            return;
        try
        {
            await Limited(SyncLimit, limit => database.SyncAsync(new(), limit), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LitestreamException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // What the replica has is drilled all the same; that it lags is the status's to say.
        }
    }

    private async Task<DrillRecord> CheckLiveAsync(DrillRecord record, CancellationToken cancellationToken)
    {
        if (WhyNotLive() is { } why)
            return record with { WhyNotLive = why };
        try
        {
            var differing = await Limited(options.LiveLimit, AskAsync, cancellationToken).ConfigureAwait(false);
            return differing == 0
                ? record with { Live = LiveVerdict.Equal }
                : record with { Live = LiveVerdict.Differs, Trouble = $"{differing} pages of {database.Path} were not what was captured; they were captured anew" };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return record with { WhyNotLive = WhyNotLive() ?? $"it was not done within {options.LiveLimit.TotalSeconds:0} s{(database.Snapshot().Detail is { } detail ? $": {detail}" : "")}" };
        }
    }

    /// <summary>Not for as long as that may take where it cannot come to it any more: the next drill waits.</summary>
    private async Task<int> AskAsync(CancellationToken limit)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(limit);
        var asked = liveCheck.AskAsync(database, given.Token);
        while (await Task.WhenAny(asked, Task.Delay(LookAgain, time, given.Token)).ConfigureAwait(false) != asked && !given.IsCancellationRequested)
        {
            if (WhyNotLive() is not null)
                await given.CancelAsync().ConfigureAwait(false);
        }
        return await asked.ConfigureAwait(false);
    }

    private string? WhyNotLive() => database.Book.IsPaused ? "it is stopped"
        : database.Replicas.AreFenced || database.Exit is not null ? "it is not replicated here"
        : !File.Exists(database.Path) ? "its file is gone" : null;

    private async Task<T> Limited<T>(TimeSpan limit, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        return await work(either.Token).ConfigureAwait(false);
    }

    private DrillRecord Told(DrillRecord record)
    {
        if (record.IsPassed)
            log.DrillPassed(database.Name, record.Txid, record.SizeBytes, record.RestoreTime.TotalMilliseconds, record.Live);
        else
            log.DrillFailed(database.Name, record.Trouble!);
        return record;
    }
}
