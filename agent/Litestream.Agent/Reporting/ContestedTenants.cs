using System.Collections.Concurrent;

namespace Litestream.Agent.Reporting;

/// <summary>
/// Tenants that this host replicates and that another owns under the same epoch: one of the two has a copy of the other's state, or this host got another name. While the owner
/// lives it is right, and this one stops; of one that nobody hears of only the host on whose disk this agent runs hands them on, and only the engine, which looks at the chain first, can
/// tell that the disk is not an old one. Asked with each heartbeat, one read for each owner, until that is known.
/// </summary>
/// <param name="ownership">Knows hosts.</param>
/// <param name="lost">Told of a tenant that is another's, and whose.</param>
/// <param name="isFree">Told of a tenant whose owner was a former host of this folder, which is gone: the engine asks for it when it looks.</param>
internal sealed class ContestedTenants(TenantOwnership ownership, Action<Guid, string>? lost, Action<Guid>? isFree)
{
    /// <summary>Tenants between two heartbeats.</summary>
    private const int AtOnce = 100;

    private readonly ConcurrentDictionary<Guid, (string Owner, long Epoch)> _tenants = [];

    public void Add(Guid tenant, string owner, long epoch) => _tenants[tenant] = (owner, epoch);

    /// <summary>The table took what this host says of it, or there is nothing of it here any more.</summary>
    public void Remove(Guid tenant) => _tenants.TryRemove(tenant, out _);

    /// <summary>Throws <see cref="Litestream.DynamoDb.FleetTableException"/> when the table is away.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var owned in _tenants.GroupBy(t => t.Value.Owner).ToList())
        {
            var former = ownership.Former is { } before && before.Include(owned.Key) ? before : null;
            var seen = former is null ? await ownership.Watch.LookAsync(owned.Key, cancellationToken) : await former.LookAsync(owned.Key, cancellationToken);
            if (seen != HostSeen.Undecided)
                await SettleAsync([.. owned.Take(AtOnce)], seen, former is not null, cancellationToken);
        }
    }

    private async Task SettleAsync(IReadOnlyList<KeyValuePair<Guid, (string Owner, long Epoch)>> tenants, HostSeen seen, bool isFormer, CancellationToken cancellationToken)
    {
        foreach (var (tenant, (owner, epoch)) in tenants)
        {
            if (seen == HostSeen.Gone && isFormer)
                isFree?.Invoke(tenant);
            else if (seen == HostSeen.Alive && await ownership.FindAsync(tenant, cancellationToken) is { } now && (now.HostId, now.Epoch) == (owner, epoch))
                lost?.Invoke(tenant, $"{tenant} belongs to host {owner} with epoch {epoch}; this one had the same, as a copy of its state has");
            _tenants.TryRemove(tenant, out _);
        }
    }
}
