using System.Collections.Concurrent;
using Litestream.DynamoDb;

namespace Litestream.Agent.Reporting;

/// <summary>
/// Tenants that this host replicates and that another owns under the same epoch: one of the two has a copy of the other's state, or this host got another name. While the owner
/// lives it is right, and this one stops; of one that nobody hears of only the host on whose disk this agent runs hands them on, and only the engine, which looks at the chain first, can
/// tell that the disk is not an old one. Asked beside each heartbeat, one read for each owner, until that is known.
/// </summary>
/// <param name="ownership">Knows hosts.</param>
/// <param name="logger">Hears of what cannot be read.</param>
/// <param name="lost">Told of a tenant that is another's, whose, and the epoch that it had here.</param>
/// <param name="isFree">Told of a tenant whose owner was a former host of this folder, which is gone: the engine asks for it when it looks.</param>
internal sealed class ContestedTenants(TenantOwnership ownership, ILogger logger, Action<Guid, string, uint>? lost, Action<Guid>? isFree)
{
    /// <summary>Tenants of one owner between two heartbeats.</summary>
    private const int AtOnce = 100;

    private readonly ConcurrentDictionary<Guid, ContestedTenant> _tenants = [];
    private readonly HashSet<string> _unreadable = new(StringComparer.Ordinal);

    public Task Look { get; private set; } = Task.CompletedTask;

    public void Add(Guid tenant, ContestedTenant contested) => _tenants[tenant] = contested;

    /// <summary>The table took what this host says of it, or there is nothing of it here any more.</summary>
    public void Remove(Guid tenant) => _tenants.TryRemove(tenant, out _);

    /// <summary>A look at the owners, unless one goes on still: no heartbeat waits for it.</summary>
    public void Begin(CancellationToken stop)
    {
        if (Look.IsCompleted && !_tenants.IsEmpty)
            Look = Task.Run(() => LookAsync(stop), CancellationToken.None);
    }

    private async Task LookAsync(CancellationToken stop)
    {
        foreach (var owned in _tenants.GroupBy(t => t.Value.Owner).ToList())
        {
            try
            {
                await LookAsync(owned.Key, [.. owned.Take(AtOnce)], stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (FleetTableException invalid) when (invalid.Fault == TableFault.Invalid)
            {
                // One owner's item that nobody can read must not keep the others from being asked for.
                if (_unreadable.Add(owned.Key))
                    logger.MalformedItem(invalid.Message);
            }
            catch (FleetTableException)
            {
                // Asked again with the next heartbeat, which says what the table says.
                return;
            }
        }
    }

    private async Task LookAsync(string owner, IReadOnlyList<KeyValuePair<Guid, ContestedTenant>> tenants, CancellationToken stop)
    {
        var former = ownership.Former is { } before && before.Include(owner) ? before : null;
        var seen = former is null ? await ownership.Watch.LookAsync(owner, stop) : await former.LookAsync(owner, stop);
        // Who is gone and never was this host may come back, and is right then.
        if (seen == HostSeen.Undecided || (seen == HostSeen.Gone && former is null))
            return;
        foreach (var (tenant, (_, epoch, here)) in tenants)
        {
            if (seen == HostSeen.Gone)
                isFree?.Invoke(tenant);
            else if (await ownership.FindAsync(tenant, stop) is { } now && (now.HostId, now.Epoch) == (owner, epoch))
                lost?.Invoke(tenant, $"{tenant} belongs to host {owner} with epoch {epoch}; this one had the same, as a copy of its state has", here);
            _tenants.TryRemove(tenant, out _);
        }
    }
}
