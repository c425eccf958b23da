using System.Collections.Concurrent;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Api;

/// <summary>Several tenants or hosts by name, each an item: what is not there is not in the answer.</summary>
internal sealed class Catalogue(CloudContext context)
{
    private const int Parallelism = 16;

    public Task<IReadOnlyDictionary<Guid, TenantRecord>> TenantsAsync(IEnumerable<Guid> tenants, CancellationToken stop) => FindAsync(tenants, FleetKeys.Tenant, TenantItem.Read, stop);

    public Task<IReadOnlyDictionary<string, HostDigest>> HostsAsync(IEnumerable<string> hosts, CancellationToken stop) => FindAsync(hosts, FleetKeys.Host, HostDigestItem.Read, stop);

    private async Task<IReadOnlyDictionary<TName, TRecord>> FindAsync<TName, TRecord>(IEnumerable<TName> names, Func<TName, ItemKey> keyOf, Func<Item, TRecord> read, CancellationToken stop)
        where TName : notnull
        where TRecord : class
    {
        var found = new ConcurrentDictionary<TName, TRecord>();
        await Parallel.ForEachAsync(names.Distinct(), new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = stop }, async (name, token) =>
        {
            if (await context.Reads.FindAsync(keyOf(name), token) is { } item && context.Reads.Readable([item], read).FirstOrDefault() is { } record)
                found[name] = record;
        });
        return found;
    }
}
