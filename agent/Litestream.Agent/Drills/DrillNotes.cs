using System.Globalization;
using Litestream.Contract.Drills;
using Litestream.Drills;
using Litestream.Fleet.Api;
using Litestream.Fleet.Items;
using Litestream.Restore;
using Litestream.Storage;

namespace Litestream.Agent.Drills;

/// <summary>What is left of a drill, whoever asked for it: the proof, with file and page of what is damaged; its evidence beside the replica; a line in the book.</summary>
internal sealed class DrillNotes(Stores stores, DrillBook book, ILogger logger)
{
    /// <param name="begun">Whose it is, and when it began.</param>
    /// <param name="database">That was drilled.</param>
    /// <param name="from">Its own replica.</param>
    /// <param name="record">What was found.</param>
    /// <param name="stop">Ends it; nothing is noted then.</param>
    public async Task<ProofRecord> TellAsync(ProofRecord begun, Database database, IReplicaStorage from, DrillRecord record, CancellationToken stop)
    {
        var isDamaged = record is { IsPassed: false, Live: not LiveVerdict.Differs } || record.Damage.Count > 0;
        var pages = isDamaged ? await DamageReport.OfAsync(from, stop) : null;
        var said = record.Trouble ?? (record.Damage.Count > 0 ? $"restored around {string.Join("; ", record.Damage)}" : null);
        var proof = begun with
        {
            Verdict = record.IsPassed ? ProofVerdicts.Pass : ProofVerdicts.Fail,
            Txid = record.Txid.IsNone ? null : record.Txid.ToString(),
            Seconds = Math.Round(record.RestoreTime.TotalSeconds, 3),
            Bytes = record.SizeBytes,
            Checks = string.Join(',', Checks(record)),
            Detail = pages is null ? said : $"{pages}; {said}",
        };
        proof = proof with { Evidence = await LeaveAsync(database, from.Url, proof, record, stop) };
        book.Note(proof);
        return proof;
    }

    /// <summary>It could not be tried to the end.</summary>
    public ProofRecord TellNothing(ProofRecord begun, string why)
    {
        var proof = begun with { Verdict = ProofVerdicts.Inconclusive, Detail = why };
        book.Note(proof);
        return proof;
    }

    /// <summary>Null when it could not be: the proof stands all the same.</summary>
    private async Task<string?> LeaveAsync(Database database, string url, ProofRecord proof, DrillRecord record, CancellationToken stop)
    {
        var evidence = new DrillEvidence
        {
            TenantId = proof.Tenant,
            Replica = url,
            At = proof.At,
            Verdict = proof.Verdict,
            By = proof.By,
            Program = ProgramVersion.Text,
            CommandId = proof.Command?.ToString(),
            Txid = proof.Txid,
            CapturedAt = record.CapturedAt,
            Seconds = proof.Seconds,
            SizeBytes = record.SizeBytes,
            BytesRead = record.BytesRead,
            Files = record.FileCount,
            Checks = [.. Checks(record)],
            Sum = record.Sum?.ToString("x16", CultureInfo.InvariantCulture),
            Detail = proof.Detail,
            Damage = record.Damage,
        };
        try
        {
            // A path with a date in it goes as a whole when its day is old: nothing else may lie there.
            return stores.Replicas.FirstOrDefault(r => r.UrlOf(r.PathOf(database.Name)) == url && r.PathOn(DateOnly.MinValue, database.Name) == r.PathOf(database.Name)) is { } root
                ? await EvidenceFile.LeaveAsync(root.OpenPlain(root.PathOf(database.Name)), evidence, stop)
                : null;
        }
        catch (LitestreamException failed)
        {
            logger.NoEvidence(proof.Tenant, failed.Message);
            return null;
        }
    }

    private static IEnumerable<string> Checks(DrillRecord record)
    {
        if (record.Proof is { } proof)
            yield return proof == ProofKind.Sum ? "sum" : "checksums";
        if (record.Proof is not null && record.IntegrityCheck != IntegrityCheck.None)
            yield return "integrity";
        if (record.Live != LiveVerdict.NotDone)
            yield return "live";
    }
}
