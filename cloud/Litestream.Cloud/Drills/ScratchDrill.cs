using System.Globalization;
using Litestream.Cloud.Configuration;
using Litestream.Cloud.Replicas;
using Litestream.Contract.Drills;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Restore;
using Litestream.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Litestream.Cloud.Drills;

/// <summary>
/// Restores a tenant's newest state into the scratch folder as if it were lost, by the code with which agents restore, proves it, has SQLite check it whole, throws
/// it away, and leaves what came of it beside the replica.
/// </summary>
internal sealed class ScratchDrill(ReplicaShelf replicas, WorkerOptions options, TimeProvider time, ILogger log)
{
    /// <summary>Null: the tenant is its host's to drill, being too large or out of reach. Throws when cancelled, and leaves nothing then either.</summary>
    public async Task<ProofRecord?> RunAsync(TenantRecord tenant, CancellationToken stop)
    {
        if (tenant.SizeBytes > options.LargestBytes || !IsInReach(tenant.Replica))
            return null;
        var at = ItemTime.Rounded(time.GetUtcNow());
        var begun = time.GetTimestamp();
        using var tooLarge = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            var restorer = new Restorer(replicas.Open(tenant.Replica), time, NullLogger.Instance);
            var folder = Path.Combine(ScratchFolder.PathOf(options), $"{tenant.Tenant:d}");
            var trial = await RestoreTrial.RunAsync(
                restorer, folder, path => new() { OutputPath = path, IntegrityCheck = IntegrityCheck.Full, Parallelism = 4 }, restored: null, new SizeLimit(tenant, options.LargestBytes, tooLarge), tooLarge.Token);
            return await TellAsync(tenant, at, trial, time.GetElapsedTime(begun), stop);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception nothing) when (nothing is LitestreamException or IOException or UnauthorizedAccessException)
        {
            return Proof(tenant, at, ProofVerdicts.Inconclusive) with { Seconds = Seconds(time.GetElapsedTime(begun)), Detail = Said(nothing) };
        }
    }

    private async Task<ProofRecord> TellAsync(TenantRecord tenant, DateTimeOffset at, RestoreTrial trial, TimeSpan took, CancellationToken stop)
    {
        var isDamaged = trial.Trouble is not null and not StorageException || trial.Result?.Damage.Count > 0;
        var pages = isDamaged ? await DamageReport.OfAsync(replicas.Open(tenant.Replica), stop) : null;
        var proof = Proof(tenant, at, trial.Result is null ? ProofVerdicts.Fail : ProofVerdicts.Pass) with
        {
            Txid = trial.Result?.Txid.ToString(),
            Seconds = Seconds(trial.Result?.Duration ?? took),
            Bytes = trial.Result?.SizeBytes ?? 0,
            Checks = trial.Result is { } whole ? $"{(whole.Proof == ProofKind.Sum ? "sum" : "checksums")},integrity" : null,
            Detail = Detail(trial) is { } said && pages is not null ? $"{pages}; {said}" : Detail(trial),
        };
        return proof with { Evidence = await LeaveAsync(tenant, proof, trial.Result, stop) };
    }

    private static string? Detail(RestoreTrial trial) => trial switch
    {
        { Trouble: { } trouble } => Said(trouble),
        { Result.Damage: { Count: > 0 } damage } => $"restored around {string.Join("; ", damage)}",
        _ => null,
    };

    private static string Said(Exception error) => error is LitestreamException { Hint: { } hint } ? $"{error.Message}; {hint}" : error.Message;

    /// <summary>Null when it could not be: the proof stands in the table all the same.</summary>
    private async Task<string?> LeaveAsync(TenantRecord tenant, ProofRecord proof, RestoreResult? result, CancellationToken stop)
    {
        var evidence = new DrillEvidence
        {
            TenantId = tenant.Tenant,
            Replica = tenant.Replica,
            At = proof.At,
            Verdict = proof.Verdict,
            By = proof.By,
            Program = ProgramVersion.Text,
            Txid = proof.Txid,
            CapturedAt = result?.Timestamp,
            Seconds = proof.Seconds,
            SizeBytes = proof.Bytes,
            BytesRead = result?.BytesRead ?? 0,
            Files = result?.FileCount ?? 0,
            Checks = proof.Checks?.Split(',') ?? [],
            Sum = result?.PostSum?.ToString("x16", CultureInfo.InvariantCulture),
            Detail = proof.Detail,
            Damage = result?.Damage ?? [],
        };
        try
        {
            return await EvidenceFile.LeaveAsync(replicas.OpenPlain(tenant.Replica), evidence, stop);
        }
        catch (LitestreamException failed)
        {
            log.NoEvidence(tenant.Tenant, failed.Message);
            return null;
        }
    }

    private ProofRecord Proof(TenantRecord tenant, DateTimeOffset at, string verdict) => new() { Tenant = tenant.Tenant, At = at, Verdict = verdict, By = options.Name };

    private bool IsInReach(string url)
    {
        try
        {
            return replicas.IsInReach(url);
        }
        catch (LitestreamException)
        {
            return false; // a store that this program is not configured for
        }
    }

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);

    /// <summary>What the catalogue says of a size is an hour old, and the agent's word: the chain itself tells, as soon as it is read.</summary>
    private sealed class SizeLimit(TenantRecord tenant, long most, CancellationTokenSource end) : IProgress<RestoreProgress>
    {
        private const int UsualPageSize = 4096;

        public void Report(RestoreProgress value)
        {
            if (value.PagesTotal * (tenant.PageSize > 0 ? tenant.PageSize : UsualPageSize) > most)
                end.Cancel();
        }
    }
}
