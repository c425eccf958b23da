using Litestream.Cloud.Configuration;
using Litestream.Cloud.Replicas;
using Litestream.Contract.Drills;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Drills;

/// <summary>One visit to one slice: its tenants in the order of their GUIDs, from where the last one that came this far stopped; then what is to be said of all of them.</summary>
internal sealed class SliceVisit(CloudContext context, ReplicaShelf replicas, WorkerOptions options)
{
    private const int TenantsAPage = 100;

    /// <summary>A drill that had this long and did not end in time is its host's, and left behind: else the next worker would stand before it as well.</summary>
    private static readonly TimeSpan LongDrill = TimeSpan.FromMinutes(5);

    private readonly ScratchDrill _drill = new(replicas, options, context.Time, context.Log);
    private readonly ProofWrites _proofs = new(context);
    private readonly HostDrills _hosts = new(context, options);
    private readonly ReplicaLook _look = new(context, replicas);

    /// <summary>Ends early, and says so, when the time is over.</summary>
    /// <param name="claim">Of the slice.</param>
    /// <param name="end">Of the worker's time: cancelled then.</param>
    public async Task<RoundReport> RunAsync(SliceClaim claim, CancellationToken end)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(claim.Token, end);
        var report = new RoundReport();
        try
        {
            await foreach (var tenant in TenantsAsync(claim.Slice.Slice, claim.Cursor, either.Token))
            {
                report += await TryAsync(claim, tenant, either.Token);
                claim.Cursor = tenant.Tenant;
            }
            var all = new List<TenantRecord>();
            await foreach (var tenant in TenantsAsync(claim.Slice.Slice, null, either.Token))
                all.Add(tenant);
            var visited = SliceSums.Of(claim.Slice, all, options.Within, ItemTime.Rounded(context.Time.GetUtcNow()));
            return report with { Slices = await claim.EndAsync(visited, either.Token) ? 1 : 0 };
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return report with { IsCut = true };
        }
    }

    /// <summary>One that nobody understands does not keep the others of its slice from being proven.</summary>
    private async Task<RoundReport> TryAsync(SliceClaim claim, TenantRecord tenant, CancellationToken stop)
    {
        try
        {
            return await OneAsync(claim, tenant, stop);
        }
        catch (Exception error) when (error is not (OperationCanceledException or FleetTableException))
        {
            context.Log.TenantFailed(tenant.Tenant, error);
            return new() { Tenants = 1, Inconclusive = 1 };
        }
    }

    private async Task<RoundReport> OneAsync(SliceClaim claim, TenantRecord tenant, CancellationToken stop)
    {
        var report = new RoundReport { Tenants = 1 };
        ProofRecord? proof = null;
        if (DrillDue.IsDue(tenant, options.Within, options.VisitEvery, context.Time.GetUtcNow()) && !_hosts.HasIt(tenant))
        {
            var begun = context.Time.GetTimestamp();
            try
            {
                proof = await _drill.RunAsync(tenant, stop);
            }
            catch (OperationCanceledException) when (context.Time.GetElapsedTime(begun) >= LongDrill)
            {
                claim.Cursor = tenant.Tenant;
                await _hosts.AskAsync(tenant, CancellationToken.None);
                throw;
            }
            if (proof is null)
                report = report with { Asked = await _hosts.AskAsync(tenant, stop) ? 1 : 0 };
            else
                report += await ToldAsync(proof, stop);
        }
        return report with { Behind = await _look.RunAsync(tenant, proof?.Verdict == ProofVerdicts.Pass ? proof.Txid : null, stop) ? 1 : 0 };
    }

    private async Task<RoundReport> ToldAsync(ProofRecord proof, CancellationToken stop)
    {
        await _proofs.WriteAsync(proof, stop);
        if (proof.Verdict == ProofVerdicts.Fail)
            context.Log.DrillFailed(proof.Tenant, proof.Detail ?? "");
        return new()
        {
            Passed = proof.Verdict == ProofVerdicts.Pass ? 1 : 0,
            Failed = proof.Verdict == ProofVerdicts.Fail ? 1 : 0,
            Inconclusive = proof.Verdict == ProofVerdicts.Inconclusive ? 1 : 0,
        };
    }

    private async IAsyncEnumerable<TenantRecord> TenantsAsync(int slice, Guid? after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        var prefix = FleetKeys.Slice(slice).Sort;
        var next = after is { } cursor ? KeyOf(FleetKeys.Tenant(cursor)) : null;
        do
        {
            (var items, next) = await context.Reads.QueryAsync(ItemQuery.TenantsBeginning(prefix), TenantsAPage, next, stop);
            foreach (var tenant in context.Reads.Readable(items, TenantItem.Read))
                yield return tenant;
        }
        while (next is not null);
    }

    private static Item KeyOf(ItemKey key) => new() { { FleetTable.PartitionKey, ItemValue.Of(key.Partition) }, { FleetTable.SortKey, ItemValue.Of(key.Sort) } };
}
