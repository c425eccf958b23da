using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Drills;

/// <summary>What a drill leaves in the table: the proof, which is a problem at once when it failed; the tenant's last drill; and no older problem of the same kind.</summary>
internal sealed class ProofWrites(CloudContext context)
{
    private const int MostSettled = 50;
    private const int MostShifts = 10;

    public async Task WriteAsync(ProofRecord proof, CancellationToken stop)
    {
        // Two proofs of one tenant under one millisecond: its host was drilling, too.
        for (var shift = 0; shift < MostShifts && !await TryAsync(ProofItem.Put(proof), stop); shift++)
            proof = proof with { At = proof.At.AddMilliseconds(1) };
        await TryAsync(TenantItem.Drilled(proof), stop);
        if (proof.Verdict != ProofVerdicts.Inconclusive)
            await SettleAsync(proof, stop);
    }

    private async Task SettleAsync(ProofRecord proof, CancellationToken stop)
    {
        var (items, _) = await context.Reads.QueryAsync(ItemQuery.Proofs(proof.Tenant), MostSettled, null, stop);
        var older = items.Where(i => i.Text(FleetTable.ProblemKey) is not null && string.CompareOrdinal(i.Key.Sort, proof.Key.Sort) < 0);
        foreach (var settled in context.Reads.Readable(older, ProofItem.Read))
            await TryAsync(ProofItem.Settle(settled), stop);
    }

    /// <summary>False when its condition does not hold.</summary>
    private async Task<bool> TryAsync(ItemUpdate update, CancellationToken stop)
    {
        try
        {
            await context.Table.WriteAsync(update, stop);
            return true;
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            return false;
        }
    }
}
