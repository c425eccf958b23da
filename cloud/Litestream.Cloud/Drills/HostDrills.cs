using Litestream.Cloud.Configuration;
using Litestream.Contract.Changes;
using Litestream.Fleet;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Drills;

/// <summary>Asks a tenant's host to drill it: it is too large for the worker, or its replica is where only the host can read.</summary>
internal sealed class HostDrills(CloudContext context, WorkerOptions options)
{
    /// <summary>As long as a command lives: so often a host is asked.</summary>
    private static readonly TimeSpan Patience = CommandItem.LongestLife;

    private readonly UlidSource _ids = new(context.Time, Random.Shared);

    /// <summary>It was asked, and its command is good still: what no worker could do is not tried by the next one.</summary>
    public bool HasIt(TenantRecord tenant) => context.Time.GetUtcNow() - tenant.DrillAskedAt < Patience;

    /// <summary>False when it was asked already, or is away: nobody would begin.</summary>
    public async Task<bool> AskAsync(TenantRecord tenant, CancellationToken stop)
    {
        var now = ItemTime.Rounded(context.Time.GetUtcNow());
        if (tenant.HostId is not { } host || HasIt(tenant)
            || (await context.Hosts.LivenessAsync([host], stop))[host] is not (LivenessWords.Live or LivenessWords.Late))
            return false;
        var command = new CommandRecord
        {
            HostId = host,
            Id = _ids.Next(),
            Kind = CommandKinds.Drill,
            State = CommandStates.Requested,
            Tenant = tenant.Tenant,
            RequestedAt = now,
            RequestedBy = options.Name,
            ExpiresAt = now + Patience,
            Arguments = new(),
        };
        await CommandPut.RunAsync(context.Table, [command], stop);
        await context.Table.WriteAsync(TenantItem.DrillAsked(tenant.Tenant, now), stop);
        return true;
    }
}
