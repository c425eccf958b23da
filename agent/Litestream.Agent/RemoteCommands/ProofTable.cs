using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.RemoteCommands;

/// <summary>
/// What a drill leaves in the table: the proof, once for each command however often a crash has it drilled; the tenant's item says when the last one was; and
/// a proof that passed settles those before it that had not.
/// </summary>
internal sealed class ProofTable(IFleetTable table, PatientTable patient, ILogger logger)
{
    /// <summary>Nobody drills a tenant so often that an older one is still a problem.</summary>
    private const int MostSettled = 50;

    /// <summary>Two proofs of one tenant under one millisecond are two commands that were claimed together.</summary>
    private const int MostShifts = 10;

    /// <summary>Completes when the table has it. Throws only when cancelled.</summary>
    public async Task WriteAsync(ProofRecord proof, CancellationToken cancellationToken)
    {
        for (var shift = 0; !await TryAsync(ProofItem.Put(proof), cancellationToken); shift++)
        {
            if (shift == MostShifts)
                return;
            proof = proof with { At = proof.At.AddMilliseconds(1) };
        }
        await TryAsync(TenantItem.Drilled(proof), cancellationToken);
        if (proof.Verdict == ProofVerdicts.Pass)
            await SettleAsync(proof, cancellationToken);
    }

    private async Task SettleAsync(ProofRecord passed, CancellationToken cancellationToken)
    {
        var (items, _) = await patient.AskAsync(() => table.QueryAsync(ItemQuery.Proofs(passed.Tenant), MostSettled, from: null, cancellationToken), cancellationToken);
        foreach (var item in items.Where(i => i.Text(FleetTable.ProblemKey) is not null && string.CompareOrdinal(i.Key.Sort, passed.Key.Sort) < 0))
        {
            try
            {
                await TryAsync(ProofItem.Settle(ProofItem.Read(item)), cancellationToken);
            }
            catch (MalformedItemException error)
            {
                logger.MalformedProof(error.Message);
            }
        }
    }

    /// <summary>False when its condition does not hold.</summary>
    private async Task<bool> TryAsync(ItemUpdate update, CancellationToken cancellationToken)
    {
        try
        {
            await patient.AskAsync(() => table.UpdateAsync(update, cancellationToken), cancellationToken);
            return true;
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            return false;
        }
        catch (FleetTableException invalid)
        {
            // It would be no other the next time.
            logger.ProofNotWritten(invalid.Message);
            return true;
        }
    }
}
