using System.Collections.Concurrent;
using Litestream.Contract;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Table;

/// <summary>
/// Lists of tenants, a page at a time, each from the partition that has them and never by a scan. A cursor says behind which tenant a page begins; which
/// partition is read the request says, so that no cursor reads what its reader may not ask for.
/// </summary>
internal sealed class TenantPages(TableReads reads, ProblemPages problems)
{
    /// <summary>Single reads at the same time.</summary>
    private const int Parallelism = 16;

    /// <summary>Whose GUIDs begin so, in their order, as they are now.</summary>
    public async Task<(IReadOnlyList<TenantRecord> Items, PageCursor? Next)> BeginningAsync(string prefix, int most, string? cursor, CancellationToken cancellationToken)
    {
        var list = $"tenants {prefix}";
        var after = Lists.Cursor(cursor, list, 1) is { After: { } given } ? TenantIn(given, g => FleetKeys.TextOf(g).StartsWith(prefix, StringComparison.Ordinal)) : (Guid?)null;
        var from = after is { } tenant ? KeyOf(FleetKeys.Tenant(tenant)) : null;
        var (items, next) = await reads.QueryAsync(ItemQuery.TenantsBeginning(prefix), most, from, cancellationToken);
        return ([.. reads.Readable(items, TenantItem.Read)], next is null ? null : new(list, 0, Lists.SortOnly(next)));
    }

    /// <summary>Of a host, in the order of their GUIDs, as they were a moment ago: what the index repeats.</summary>
    public async Task<(IReadOnlyList<Item> Items, PageCursor? Next)> OfHostAsync(string hostId, int most, string? cursor, CancellationToken cancellationToken)
    {
        var list = $"of {hostId}";
        var after = Lists.Cursor(cursor, list, 1) is { After: { } given } ? TenantIn(given, _ => true) : (Guid?)null;
        var from = after is { } tenant ? KeyOf(FleetKeys.Tenant(tenant)) : null;
        from?.Add(FleetTable.HostKey, ItemValue.Of(FleetKeys.OfHost(hostId)));
        var (items, next) = await reads.QueryAsync(ItemQuery.TenantsOf(hostId), most, from, cancellationToken);
        return (items, next is null ? null : new(list, 0, Lists.SortOnly(next)));
    }

    /// <summary>The first of a host, in the order of their GUIDs.</summary>
    public async Task<IReadOnlyList<Guid>> GuidsOfHostAsync(string hostId, int most, CancellationToken cancellationToken)
    {
        var guids = new List<Guid>();
        Item? next = null;
        do
        {
            (var items, next) = await reads.QueryAsync(ItemQuery.TenantsOf(hostId), most - guids.Count, next, cancellationToken);
            guids.AddRange(items.Select(i => Guid.TryParseExact(i.Key.Sort, "d", out var tenant) ? tenant : Guid.Empty).Where(t => t != Guid.Empty));
        }
        while (next is not null && guids.Count < most);
        return guids;
    }

    /// <summary>With a problem, the worst first. What else has problems is left out, so that a page may be short.</summary>
    public async Task<(IReadOnlyList<TenantRecord> Items, PageCursor? Next)> TroubledAsync(int most, string? cursor, CancellationToken cancellationToken)
    {
        var (items, next) = await problems.PageAsync("troubled", most, cursor, cancellationToken);
        return ([.. reads.Readable(items.Where(i => i.Text(FleetTable.Type) == ItemTypes.Tenant), TenantItem.Read)], next);
    }

    /// <summary>Each an item; what is not there is not in the answer.</summary>
    public async Task<IReadOnlyDictionary<Guid, TenantRecord>> FindAsync(IEnumerable<Guid> tenants, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<Guid, TenantRecord>();
        await Parallel.ForEachAsync(tenants.Distinct(), new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken }, async (tenant, token) =>
        {
            if (await reads.FindAsync(FleetKeys.Tenant(tenant), token) is { } item && reads.Readable([item], TenantItem.Read).FirstOrDefault() is { } record)
                found[tenant] = record;
        });
        return found;
    }

    private static Guid TenantIn(Item after, Func<Guid, bool> mayBe) =>
        Guid.TryParseExact(after.Text(FleetTable.SortKey), "d", out var tenant) && mayBe(tenant) ? tenant : throw Lists.BadCursor();

    private static Item KeyOf(ItemKey key) => new()
    {
        { FleetTable.PartitionKey, ItemValue.Of(key.Partition) },
        { FleetTable.SortKey, ItemValue.Of(key.Sort) },
    };
}
